"""What lesson 12 compares: TestClient and a real client, and the broken servers that tests notice."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.testclient import TestClient, WebSocketDenialResponse
from websockets import ConnectionClosed, InvalidStatus
from websockets.asyncio.client import connect

from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.until import until
from websocket_lab.display.card import Card
from websocket_lab.display.table import table
from websocket_lab.server.background_server import BackgroundServer


def ask_test(app: FastAPI, path: str, text: str = "", seconds: float = 5.0) -> str:
    """Send `text`, if there is one, in a TestClient's session; return in words what comes back."""
    # receive_text() has no deadline, so it waits in a thread; when the session ends, the thread does, too.
    thread = ThreadPoolExecutor(1)
    try:
        with TestClient(app).websocket_connect(path) as session:
            if text:
                session.send_text(text)
            return size_of(thread.submit(session.receive_text).result(seconds))
    except WebSocketDenialResponse as refusal:
        return f"HTTP {refusal.status_code}"
    except WebSocketDisconnect as end:
        return f"code {end.code}"
    except TimeoutError:
        return "still waits"


async def ask_wire(
    app: FastAPI, path: str, text: str = "", seconds: float = 5.0, **uvicorn_options: Any
) -> str:
    """Send `text`, if there is one, over a connection to a server of its own; return what comes back."""
    # uvicorn writes an ERROR line for some refusals, although all is well.
    with BackgroundServer(app, log_level="critical", **uvicorn_options) as server:
        try:
            async with asyncio.timeout(5 + seconds), connect(server.url(path), proxy=None) as websocket:
                if text:
                    await websocket.send(text)
                return size_of(await asyncio.wait_for(websocket.recv(), seconds))
        except InvalidStatus as refusal:
            return f"HTTP {refusal.response.status_code}"
        except ConnectionClosed as end:
            return f"code {end.rcvd.code if end.rcvd else 1006}"
        except TimeoutError:
            return "gives up"


def size_of(answer: str | bytes) -> str:
    """Return in words how long an answer is."""
    return f"{len(answer):,} letters"


def differences(answers: Mapping[str, Sequence[object]]) -> int:
    """Return how often the two received different things."""
    return sum(test != wire for test, wire in answers.values())


def answers_table(answers: Mapping[str, Sequence[object]]) -> Card:
    """Return a table of what both received, with a word on whether they agree."""
    rows = [
        (question, test, wire, "✓ agree" if test == wire else "✗ differ")
        for question, (test, wire) in answers.items()
    ]
    return table(
        "What a test receives, and what a client receives", ["", "TestClient", "real client", ""], rows
    )


def never_failed(report: str, breaks: Iterable[str]) -> list[str]:
    """Return the breaks with which every test passed, by what pytest reports of tests run once with each."""
    return [each for each in breaks if f"[{each}" not in report]


# Longer than the test's client takes to leave for good, also on a busy machine.
SAVING_SECONDS = 0.5


class Office:
    """An app that notes in which event loops it runs, and whose work it has saved.

    Attributes:
        loops: The event loops in which its endpoint has run.
        saved: The names of the clients whose work was saved.
    """

    def __init__(self) -> None:
        self.loops: set[asyncio.AbstractEventLoop] = set()
        self.saved: list[str] = []
        self.app = FastAPI()
        self.app.add_api_websocket_route("/ws/{name}", self.work)

    async def work(self, websocket: WebSocket, name: str) -> None:
        """Wait until the client leaves, then save its work, which takes a moment."""
        self.loops.add(asyncio.get_running_loop())
        await websocket.accept()
        try:
            async for _ in websocket.iter_text():
                pass
        finally:
            await asyncio.sleep(SAVING_SECONDS)
            self.saved.append(name)


def visit_test() -> tuple[int, int]:
    """Let two clients come and leave in a test; return the number of event loops, and of saved works."""
    office = Office()
    with (
        TestClient(office.app).websocket_connect("/ws/ana"),
        TestClient(office.app).websocket_connect("/ws/ben"),
    ):
        pass
    return len(office.loops), len(office.saved)


async def visit_wire() -> tuple[int, int]:
    """Let two clients come and leave over real connections; return the same."""
    office = Office()
    with BackgroundServer(office.app) as server:
        with LiveClient(server.url("/ws/ana"), "Ana"), LiveClient(server.url("/ws/ben"), "Ben"):
            pass
        await until(lambda: len(office.saved) == 2)
    return len(office.loops), len(office.saved)
