"""docs/deployment/compose.yaml and Dockerfile: their commands, run here, are one server behind nginx."""

import json
import subprocess
from urllib.request import urlopen

from authoring.lock import PYTHONS
from server_snippets.main import Settings
from tests.docs.deployment.compose import (
    DEPLOYMENT,
    DOCKERFILE,
    ROOT,
    SERVERS,
    SERVICES,
    TOKEN,
    Deployment,
    command,
    the_one,
)
from websocket_lab.processes.child_process import HOST, free_port


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
