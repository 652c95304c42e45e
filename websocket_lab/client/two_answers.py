"""One question to an app, asked twice: in FastAPI's TestClient, and by a real client of a real server."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI, WebSocketDisconnect
from starlette.testclient import TestClient, WebSocketDenialResponse
from websockets import ConnectionClosed, InvalidStatus
from websockets.asyncio.client import connect

from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.widgets.card import Card
from websocket_lab.widgets.table import table


def ask_test(app: FastAPI, path: str, text: str = "", seconds: float = 5.0) -> str:
    """Say `text`, if there is one, in a TestClient's session; return in words what comes back."""
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
    """Say `text`, if there is one, over a connection to a server of its own; return what comes back."""
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


def answers_table(answers: Mapping[str, Sequence[object]]) -> Card:
    """Return a table of what both were told, with a word on whether they agree."""
    rows = [
        (question, test, wire, "✓ agree" if test == wire else "✗ differ")
        for question, (test, wire) in answers.items()
    ]
    return table(
        "What a test is told, and what a client is told", ["", "TestClient", "real client", ""], rows
    )
