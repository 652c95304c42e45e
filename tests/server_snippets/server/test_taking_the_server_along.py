"""The finished server's folder, copied under another name into an empty project, runs there by itself."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from pathlib import Path

import pytest

import server_snippets
from tests.redis_server import RedisServer
from tests.server_snippets.service import Printed, serving
from websocket_lab import LiveClient


FOLDER = Path(server_snippets.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
NAME = "chat_server"
CLIENTS = 8

VISIT = """
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

with TestClient(app) as client:
    with client.websocket_connect("/ws/chat/lobby/ana") as ana:
        print(ana.receive_json()["type"])
    try:
        client.websocket_connect("/ws/chat/lobby/eve", headers={"Origin": "http://evil.example"}).__enter__()
    except WebSocketDisconnect:
        print("refused")
"""
CHANNELS = """
from fastapi.testclient import TestClient
from chat_server.app import make_app

with TestClient(make_app()) as client, client.websocket_connect("/ws/json") as ana:
    ana.send_json({"action": "subscribe", "channel": "news"})
    print(ana.receive_json()["type"])
    ana.send_json({"action": "send", "channel": "news", "message": "hi"})
    print(ana.receive_json()["message"])
"""
NO_REDIS = """
import sys
sys.modules["redis"] = None
from chat_server.app import make_app
from chat_server.settings import BadSetting, Settings

try:
    make_app(Settings(redis_url="redis://127.0.0.1"))
except BadSetting as error:
    print(error)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return an empty project with nothing in it but the folder, under another name."""
    shutil.copytree(FOLDER / "server", tmp_path / NAME, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def environment(project: Path) -> dict[str, str]:
    """Return an environment in which Python finds the project and the packages, and not the course."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(project), sysconfig.get_path("purelib")])}


def printed(project: Path, *arguments: str) -> list[str]:
    """Return the lines that Python prints in the project, started with these arguments."""
    # Without site, which would find the course's own folder.
    run = subprocess.run(
        [sys.executable, "-S", *arguments],
        env=environment(project),
        cwd=project,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_the_guarded_chat_rooms_of_the_readme_run(project: Path) -> None:
    program = README.partition("## Taking the server along")[2].partition("```python")[2].partition("```")[0]

    assert printed(project, "-c", program + VISIT) == ["history", "refused"]


def test_it_starts_in_an_empty_environment_from_its_own_readme(project: Path) -> None:
    readme = (project / NAME / "README.md").read_text(encoding="utf-8")
    create, install, start = readme.partition("```sh\n")[2].partition("```")[0].splitlines()
    for command in (create.replace("python3", shlex.quote(sys.executable)), install):
        done = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
    command = [str(project / ".venv" / "bin" / "python"), *shlex.split(start)[1:]]
    variables = os.environ | {"PYTHONPATH": str(project)}

    with serving(command=command, variables=variables) as (port, process):
        with LiveClient(f"ws://127.0.0.1:{port}/ws/chat/lobby/ana", deadline=60) as ana:
            ana.wait_for(lambda text: '"users":["ana"]' in text)
            process.terminate()
            assert ana.wait_closed() == 1012
        assert process.wait(timeout=60) == 0


def test_a_missing_redis_package_is_said_with_its_remedy(project: Path) -> None:
    said = printed(project, "-c", NO_REDIS)

    assert said == ["REDIS_URL is set, but redis-py is missing: pip install 'redis[hiredis]'"]


def test_the_channels_run(project: Path) -> None:
    assert printed(project, "-c", CHANNELS) == ["subscribed", "hi"]


def test_the_command_says_what_the_folder_is_called(project: Path) -> None:
    assert printed(project, "-m", NAME, "--help")[0].startswith(f"Usage: python -m {NAME} ")


def test_two_workers_over_redis_are_one_chat(project: Path, redis_server: RedisServer) -> None:
    command = [sys.executable, "-S", "-m", NAME]
    started = serving(
        "--workers", "2", redis_url=redis_server.url, command=command, variables=environment(project)
    )
    with started as (port, process), ExitStack() as clients:
        assert process.stdout
        lines = Printed(process.stdout)
        url = f"ws://127.0.0.1:{port}/ws/chat/taken-along/"
        people = [
            clients.enter_context(LiveClient(f"{url}guest{number}", deadline=60)) for number in range(CLIENTS)
        ]
        people[0].send_json({"action": "message", "text": "hello"})
        for person in people:
            person.receive_until(lambda text: '"text":"hello"' in str(text))
    assert lines


def test_no_module_imports_one_from_outside_the_folder() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (FOLDER / "server").rglob("*.py")]

    assert not [line for text in sources for line in re.findall(r"^.*import.*server_snippets.*$", text, re.M)]
