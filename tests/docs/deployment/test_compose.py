"""docs/deployment/compose.yaml and Dockerfile: their commands, run here, are one server behind nginx."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from authoring.lock import PYTHONS
from server_snippets.main import Settings
from tests.docs.deployment.behind_nginx import need, trusting, write_certificate
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


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    for program in ("nginx", "redis-server", "cp"):
        need(program)
    place = tmp_path_factory.mktemp("image")
    build(place)
    redis_port = free_port()
    redis_options = [
        "--port",
        str(redis_port),
        "--bind",
        HOST,
        "--dir",
        str(tmp_path_factory.mktemp("redis")),
    ]
    processes = [ChildProcess([*SERVICES["redis"]["command"], *redis_options])]
    try:
        processes[0].wait_for(lambda: listens(redis_port))
        servers = {}
        for server in SERVERS:
            port = free_port()
            # In the folder of the image, where nothing of the repository is.
            start = ["env", "-C", str(place), *command(the_one("CMD"))]
            processes.append(ChildProcess(start, environment_of(server, redis_port, port)))
            servers[server] = (port, processes[-1])
        for port, process in servers.values():
            process.wait_for(lambda port=port: listens(port))  # type: ignore[misc]
        ports = (servers["server-1"][0], servers["server-2"][0])
        files = write_certificate(tmp_path_factory.mktemp("certificate"))
        with PrivateNginx(ports, files) as nginx:
            yield Deployment(servers, nginx)
    finally:
        for process in reversed(processes):
            process.stop()


def said(text: str) -> dict[str, str]:
    """Return what a client sends to a room."""
    return {"action": "message", "text": text}


def test_the_image_s_python_is_supported_and_its_command_gets_the_signals() -> None:
    version = the_one("FROM").removeprefix("python:").removesuffix("-slim")

    assert version in PYTHONS
    assert json.loads(the_one("CMD")) == ["python", "-m", "chat_server"]
    assert the_one("USER") not in ("0", "root")


def test_two_clients_of_two_servers_meet_through_nginx(deployment: Deployment) -> None:
    ana = deployment.client("Ana", "/ws/chat/lobby/ana").connect()
    ana.wait_for(lambda text: '"users"' in text)
    # least_conn gives the next one to the other server.
    ben = deployment.client("Ben", "/ws/chat/lobby/ben").connect()
    ben.send_json(said("hi"))

    ana.wait_for(lambda text: '"hi"' in text)
    for port, _ in deployment.servers.values():
        assert connections_of(port) == 1
    ana.disconnect()
    ben.disconnect()


def connections_of(port: int) -> int:
    """Return how many WebSocket connections one server counts."""
    with urlopen(f"http://{HOST}:{port}/health", timeout=60) as answer:
        return int(json.load(answer)["connections"])


def test_the_token_of_the_environment_counts(deployment: Deployment) -> None:
    with deployment.client("Eve", "/ws/auth?token=secret-token") as eve:
        assert eve.wait_closed() == 4001
    with deployment.client("Ana", f"/ws/auth?token={TOKEN}") as ana:
        ana.send("hi")
        ana.wait_for("Echo: hi")


def test_the_health_check_tells_a_server_from_none(deployment: Deployment) -> None:
    (port, _), nobody = deployment.servers["server-2"], free_port()

    assert [health_check(port), health_check(nobody)] == [0, 1]


def health_check(port: int) -> int:
    """Return the exit code of the image's health check, asked on a port of this machine."""
    *python, script = command(the_one("HEALTHCHECK").partition("CMD ")[2])
    patient = script.replace("8000", str(port)).replace("timeout=4", "timeout=60")
    return subprocess.run([*python, patient], capture_output=True, timeout=120).returncode


def test_a_server_that_stops_sends_its_clients_to_the_other(deployment: Deployment) -> None:
    ana = deployment.client("Ana", "/ws/chat/attic/ana").connect()
    ana.wait_for(lambda text: '"users"' in text)
    ben = deployment.client("Ben", "/ws/chat/attic/ben").connect()
    ben.wait_for(lambda text: '"users"' in text)
    ben.send_json(said("before"))
    ana.wait_for(lambda text: '"before"' in text)
    counts = {server: connections_of(port) for server, (port, _) in deployment.servers.items()}
    assert counts == {"server-1": 1, "server-2": 1}

    deployment.servers["server-1"][1].stop()
    stopped, stays = sorted((ana, ben), key=lambda client: client.state == "open")
    assert stopped.wait_closed() == 1012
    stays.wait_for(lambda text: '"left"' in text)
    back = deployment.client(stopped.name, f"/ws/chat/attic/{stopped.name.lower()}").connect()
    back.wait_for(lambda text: '"before"' in text)
    back.send_json(said("back"))
    stays.wait_for(lambda text: '"back"' in text)


def test_servers_stop_only_after_they_have_drained() -> None:
    for server in SERVERS:
        grace = SERVICES[server]["stop_grace_period"]
        assert float(grace.removesuffix("s")) >= Settings().drain_seconds + 2


def test_what_compose_mounts_is_there_or_is_the_operator_s_own() -> None:
    for mounted in SERVICES["nginx"]["volumes"]:
        source = mounted.partition(":")[0]
        assert (DEPLOYMENT / source).exists() or source in ("./chain.pem", "./key.pem")
    context = (DEPLOYMENT / SERVICES["server-1"]["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / SERVICES["server-1"]["build"]["dockerfile"]).is_file()
    # Only nginx is published.
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_nginx_knows_each_server_by_its_name_in_compose() -> None:
    text = (DEPLOYMENT / "nginx.conf").read_text()

    assert [line.strip() for line in text.splitlines() if line.strip().startswith("server server-")] == [
        f"server {server}:8000;" for server in SERVERS
    ]
    assert "EXPOSE" in dict(DOCKERFILE) and the_one("EXPOSE") == "8000"
