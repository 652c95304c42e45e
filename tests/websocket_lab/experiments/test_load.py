"""A crowd: it receives everything, counts it, and says what did not come."""

from collections.abc import Awaitable, Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from websockets.frames import Close
from websockets.sync.server import ServerConnection, serve

from server_snippets import step_04_naive_broadcast
from server_snippets.main import Settings, make_app
from websocket_lab import BackgroundServer
from websocket_lab.experiments.load import Crowd, CrowdError
from websocket_lab.experiments.load_process import client_frame, payload_bounds


@pytest.fixture
def room() -> Iterator[str]:
    """Serve the naive room; give its address."""
    step_04_naive_broadcast.manager.active_connections.clear()
    with BackgroundServer(step_04_naive_broadcast.app) as server:
        yield server.url("/ws")


@pytest.mark.parametrize("compression", [True, False])
def test_every_delivery_is_counted(room: str, compression: bool) -> None:
    with Crowd(room, 30, compression=compression) as crowd:
        load = crowd.speak(in_flight=4, seconds=0.1)

    assert load.deliveries > 0
    assert load.deliveries % (30 * 4) == 0
    assert load.seconds >= 0.1


def test_a_crowd_can_introduce_itself() -> None:
    greeting = '{"action": "subscribe", "channel": "news"}'
    form = '{"action": "send", "channel": "news", "message": "TEXT"}'
    with (
        BackgroundServer(make_app(Settings(rate=0))) as server,
        Crowd(server.url("/ws/json"), 30, greeting=greeting, answers=1) as crowd,
    ):
        assert crowd.speak(in_flight=2, seconds=0.1, form=form).deliveries > 0


def test_a_crowd_that_is_refused_says_so(room: str) -> None:
    with pytest.raises(CrowdError, match="403"), Crowd(room.replace("/ws", "/nowhere"), 5):
        pass


def listen_to(handler: Callable[[WebSocket, str], Awaitable[None]]) -> None:
    """Let one client speak to a server that does something with each text."""
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await handler(websocket, text)

    with BackgroundServer(app) as server, Crowd(server.url("/ws"), 1) as crowd:
        crowd.speak(in_flight=1, seconds=60)


async def send_twice(websocket: WebSocket, text: str) -> None:
    await websocket.send_text(text)
    await websocket.send_text(text)


async def close(websocket: WebSocket, text: str) -> None:
    await websocket.close(4000)


@pytest.mark.parametrize(
    ("handler", "complaint"), [(send_twice, "came twice"), (close, "closed a connection with 4000")]
)
def test_a_wrong_server_is_found_out(handler: Any, complaint: str) -> None:
    with pytest.raises(CrowdError, match=complaint):
        listen_to(handler)


def test_nobody_speaks_outside_of_the_block(room: str) -> None:
    with pytest.raises(CrowdError, match="with Crowd"):
        Crowd(room).speak()


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_frame_is_found_whole_and_not_before(size: int) -> None:
    masked = client_frame(1, b"x" * size)
    # As a server sends it: without the mask, and without the bit that announces one.
    mask = len(masked) - size - 4
    frame = masked[:1] + bytes([masked[1] & 127]) + masked[2:mask] + masked[mask + 4 :]

    assert payload_bounds(frame, 0) == (len(frame) - size, len(frame))
    assert all(payload_bounds(frame[:cut], 0)[1] > cut for cut in range(min(12, len(frame))))


def test_a_close_frame_is_answered() -> None:
    answers: Queue[Close | None] = Queue()

    def handler(websocket: ServerConnection) -> None:
        websocket.recv(timeout=60)
        # It waits for the answer.
        websocket.close(4000)
        answers.put(websocket.protocol.close_rcvd)

    with serve(handler, "127.0.0.1", 0) as server:
        Thread(target=server.serve_forever).start()
        try:
            with Crowd(f"ws://127.0.0.1:{server.socket.getsockname()[1]}/", size=1) as crowd:
                with pytest.raises(CrowdError):
                    crowd.speak()
                assert answers.get(timeout=60) == Close(4000, "")
        finally:
            server.shutdown()
