"""Two clients visit an endpoint that saves each one's work: in a test, and over the wire."""

import asyncio

from fastapi import FastAPI, WebSocket
from starlette.testclient import TestClient

from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.until import until
from websocket_lab.server.background_server import BackgroundServer


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
    """Let two come and leave in a test; return the number of event loops, and whose work was saved."""
    office = Office()
    with (
        TestClient(office.app).websocket_connect("/ws/ana"),
        TestClient(office.app).websocket_connect("/ws/ben"),
    ):
        pass
    return len(office.loops), len(office.saved)


async def visit_wire() -> tuple[int, int]:
    """Let two come and leave over real connections; return the same."""
    office = Office()
    with BackgroundServer(office.app) as server:
        with LiveClient(server.url("/ws/ana"), "Ana"), LiveClient(server.url("/ws/ben"), "Ben"):
            pass
        await until(lambda: len(office.saved) == 2)
    return len(office.loops), len(office.saved)
