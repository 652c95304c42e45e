"""`serve(app, settings)`: an app of yours gets the limits, fast transport, metrics and graceful shutdown."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from fastapi import FastAPI

import server_snippets
from server_snippets.main import Settings, make_app, serve
from server_snippets.server.options import read_arguments
from server_snippets.server.protection import Protection
from server_snippets.server.serve import make_server
from server_snippets.server.settings import BadSetting
from server_snippets.server.transport.http import LimitedHttpProtocol
from server_snippets.server.transport.protocol import FanOutProtocol
from tests.server_snippets.service import serving, stop
from websocket_lab import ConnectFailed, LiveClient


README = (Path(server_snippets.__file__).parent / "README.md").read_text(encoding="utf-8")
SAMPLE = README.partition("## Your own app")[2].partition("```python")[2].partition("```")[0]
# Saves something for each client, and must not be cut off.
SAVING = """
import asyncio, sys
from fastapi import FastAPI, WebSocket
from server_snippets.main import serve
from server_snippets.server.shutdown import Draining

app = FastAPI()
app.state.draining = Draining()

async def save(seconds):
    await asyncio.sleep(0.1)
    print("saved", flush=True)

app.state.draining.finish_first(save)

@app.websocket("/ws")
async def listen(websocket: WebSocket):
    await websocket.accept()
    await websocket.receive()

serve(app, port=0)
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """Return the command that runs the README's app on a free port."""
    file = tmp_path / "my_app.py"
    file.write_text(SAMPLE.replace("port=8000", "port=0"), encoding="utf-8")
    return [sys.executable, str(file)]


ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path.cwd())}


def test_the_readme_s_app_is_drained(program: list[str]) -> None:
    with (
        serving(command=["sh", "-c", 'exec "$0" "$1"', *program], variables=ENVIRONMENT) as (port, process),
        LiveClient(f"ws://127.0.0.1:{port}/ws/shout", deadline=60) as ana,
    ):
        ana.send("hi")
        assert ana.receive() == "HI"
        output = stop(process)
        assert ana.wait_closed() == 1012

    assert (process.returncode, output) == (0, "")


def test_the_readme_s_app_has_the_limits_and_the_metrics(program: list[str]) -> None:
    with serving(command=["sh", "-c", 'exec "$0" "$1"', *program], variables=ENVIRONMENT) as (port, _):
        url = f"ws://127.0.0.1:{port}/ws/shout"
        with LiveClient(url, deadline=60) as ana:
            ana.send("x" * 65_537)
            assert ana.wait_closed() == 1009
        with pytest.raises(ConnectFailed):
            LiveClient(url, origin="https://evil.example").connect()
        with LiveClient(url, deadline=60) as eve:
            for _ in range(200):
                eve.send("x")
            eve.wait_for(lambda text: "rate_limited" in text)
        for path in ("/health", "/ready", "/metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                assert answer.status == 200


def test_work_of_your_own_is_finished_first() -> None:
    command = ["sh", "-c", 'exec "$0" -c "$1"', sys.executable, SAVING]
    with serving(command=command, variables=ENVIRONMENT) as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws", deadline=60).connect()
        assert stop(process, signal.SIGTERM) == "saved\n"

    assert process.returncode == 0


def test_any_app_gets_fast_transport_and_protection() -> None:
    app = FastAPI()
    server = make_server(read_arguments(), app, Settings(max_message_bytes=7))

    assert isinstance(server.config.app, Protection)
    assert (server.config.ws, server.config.http) == (FanOutProtocol, LimitedHttpProtocol)
    assert server.config.ws_max_size == 7


def test_an_app_that_has_its_protection_gets_no_second_one() -> None:
    app = make_app()

    assert make_server(read_arguments(), app).config.app is app


def test_options_are_those_of_the_command_line() -> None:
    assert (
        vars(read_arguments(None, host="0.0.0.0", rate=7)).items() >= {"host": "0.0.0.0", "rate": 7}.items()
    )
    with pytest.raises(TypeError, match="There is no option 'prot'"):
        serve(FastAPI(), prot=8000)


def test_several_workers_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadSetting, match="start it once for each port"):
        serve(FastAPI(), workers=2)


@pytest.mark.parametrize("settings", [{"REDIS_URL": "nowhere"}, {"WEBSOCKET_RATE": "fast"}])
def test_importing_the_server_never_ends_the_importing_program(settings: dict[str, str]) -> None:
    program = "try:\n import server_snippets.main\nexcept ValueError as error:\n print(type(error).__name__)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | settings)

    assert (done.returncode, done.stdout) == (0, "BadSetting\n")
