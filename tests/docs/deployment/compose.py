"""compose.yaml and the Dockerfile, read, and their services as processes on this machine."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.docs.deployment.behind_nginx import trusting, write_certificate
from websocket_lab import LiveClient
from websocket_lab.processes.child_process import HOST, ChildProcess, free_port, listens, own_environment
from websocket_lab.processes.private_nginx import PrivateNginx


ROOT = Path(__file__).parents[3]
DEPLOYMENT = ROOT / "docs" / "deployment"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
SERVERS = ("server-1", "server-2")
TOKEN = "a-long-random-text"


def instructions(file: Path) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, each with its arguments, continued lines joined."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined if line)]


DOCKERFILE = instructions(DEPLOYMENT / "Dockerfile")


def the_one(name: str) -> str:
    """Return the arguments of an instruction that occurs once."""
    (arguments,) = [rest for found, rest in DOCKERFILE if found == name]
    return arguments


def build(place: Path) -> None:
    """Copy into a folder what the Dockerfile copies from the repository."""
    for source, target in (rest.split() for name, rest in DOCKERFILE if name == "COPY"):
        (place / target).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-rT", str(ROOT / source), str(place / target)], check=True)


@dataclass
class Deployment:
    """The services as processes on this machine."""

    servers: dict[str, tuple[int, ChildProcess]]
    nginx: PrivateNginx

    def client(self, name: str, path: str) -> LiveClient:
        """Return a client of what is published."""
        return LiveClient(self.nginx.url(path), name, ssl=trusting(), deadline=60)


def environment_of(server: str, redis_port: int, port: int) -> dict[str, str]:
    """Return what the container sees; only the ports are other ones."""
    pairs = dict(pair.split("=", 1) for pair in shlex.split(the_one("ENV")))
    of_compose = SERVICES[server]["environment"]
    told = {name: value.replace("redis:6379", f"{HOST}:{redis_port}") for name, value in of_compose.items()}
    assert told["WEBSOCKET_TOKEN"].startswith("${WEBSOCKET_TOKEN:?")
    told["WEBSOCKET_TOKEN"] = TOKEN
    return {**own_environment(), **pairs, **told, "WEBSOCKET_PORT": str(port)}


def command(arguments: str) -> list[str]:
    """Return a command that is written as a list, with the Python that runs this test."""
    program, *rest = json.loads(arguments)
    assert program == "python"
    return [sys.executable, *rest]


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    """Run what compose runs: the image is built in a folder, and the ports are free ones."""
    image, data, certificate = [folder / name for name in ("image", "redis", "certificate")]
    for place in (image, data, certificate):
        place.mkdir()
    build(image)
    redis_port = free_port()
    here = ["--port", str(redis_port), "--bind", HOST, "--dir", str(data)]
    processes = [ChildProcess([*SERVICES["redis"]["command"], *here])]
    try:
        processes[0].wait_for(lambda: listens(redis_port))
        servers = {}
        for server in SERVERS:
            port = free_port()
            # In the folder of the image, where nothing of the repository is.
            start = ["env", "-C", str(image), *command(the_one("CMD"))]
            processes.append(ChildProcess(start, environment_of(server, redis_port, port)))
            servers[server] = (port, processes[-1])
        for port, process in servers.values():
            process.wait_for(lambda port=port: listens(port))  # type: ignore[misc]
        ports = (servers["server-1"][0], servers["server-2"][0])
        with PrivateNginx(ports, write_certificate(certificate)) as nginx:
            yield Deployment(servers, nginx)
    finally:
        for process in reversed(processes):
            process.stop()
