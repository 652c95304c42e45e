"""The server talks to clients that we did not write: wscat, the websockets command line, Python."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from select import select

import pytest
import websockets.sync.client

from websocket_lab import BackgroundServer


pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals.")

DEADLINE = 60.0


class Terminal:
    """A program under a pseudo-terminal, as a person has it on the screen."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._shown = b""

    @property
    def screen(self) -> str:
        """What was shown so far, without colours and movements of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._shown.decode(errors="replace"))

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        os.write(self._descriptor, f"{line}\r".encode())

    def wait_for(self, text: str) -> None:
        """Read on until the screen shows `text`."""
        end = time.monotonic() + DEADLINE
        while text not in self.screen:
            ready, _, _ = select([self._descriptor], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} did not appear. The screen shows:\n{self.screen}"
            self._shown += self._read()

    def _read(self) -> bytes:
        try:
            shown = os.read(self._descriptor, 65536)
        except OSError:
            shown = b""
        assert shown, f"The program ended. The screen shows:\n{self.screen}"
        return shown


@contextmanager
def terminal(*command: str) -> Iterator[Terminal]:
    """Run a command under a pseudo-terminal."""
    ours, theirs = pty.openpty()
    # A proxy of this machine has nothing to do with 127.0.0.1.
    environment = {**os.environ, "TERM": "xterm", "no_proxy": "127.0.0.1"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.fixture
def wscat() -> str:
    """Return the path of wscat; without it the test is skipped, but not where CI runs."""
    if path := shutil.which("wscat"):
        return path
    if os.environ.get("CI") == "true":
        pytest.fail("wscat is missing: npm install -g wscat")
    pytest.skip("wscat is missing: npm install -g wscat")


def test_wscat_echoes(wscat: str, whole_server: BackgroundServer) -> None:
    with terminal(wscat, "-c", whole_server.url("/ws")) as screen:
        screen.wait_for("Connected (press CTRL+C to quit)")
        screen.type("Hello")
        screen.wait_for("< Echo: Hello")


def test_wscat_reads_the_close_code(wscat: str, whole_server: BackgroundServer) -> None:
    with terminal(wscat, "-c", whole_server.url("/ws/auth?token=wrong")) as screen:
        screen.wait_for('Disconnected (code: 4001, reason: "Invalid token")')


def test_wscat_chats(wscat: str, whole_server: BackgroundServer, room: str) -> None:
    with terminal(wscat, "-c", whole_server.url(f"/ws/chat/{room}/ana")) as screen:
        screen.wait_for('"users":["ana"]')
        screen.type('{"action": "message", "text": "hi"}')
        screen.wait_for(f'{{"type":"message","room":"{room}","from":"ana","text":"hi","id":')


def test_wscat_is_refused_with_a_foreign_origin(wscat: str, whole_server: BackgroundServer) -> None:
    with terminal(wscat, "-o", "http://evil.example", "-c", whole_server.url("/ws")) as screen:
        screen.wait_for("error: Unexpected server response: 403")


def test_the_websockets_command_line_echoes(whole_server: BackgroundServer) -> None:
    with terminal(sys.executable, "-m", "websockets", whole_server.url("/ws")) as screen:
        screen.wait_for("Connected to")
        screen.type("Hello")
        screen.wait_for("< Echo: Hello")


def test_the_websockets_command_line_reads_the_close_code(whole_server: BackgroundServer) -> None:
    with terminal(sys.executable, "-m", "websockets", whole_server.url("/ws/auth")) as screen:
        screen.wait_for("Connection closed: 4001")


def test_python_talks_with_and_without_async(whole_server: BackgroundServer) -> None:
    async def echo() -> str | bytes:
        async with websockets.connect(whole_server.url("/ws"), proxy=None) as websocket:
            await websocket.send("async")
            return await websocket.recv()

    assert asyncio.run(echo()) == "Echo: async"
    with websockets.sync.client.connect(whole_server.url("/ws"), proxy=None) as websocket:
        websocket.send("sync")
        assert websocket.recv(timeout=DEADLINE) == "Echo: sync"
