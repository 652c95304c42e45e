"""Connections that a server keeps after their visits are counted; those it forgets are not."""

from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import app as forgetting_app
from websocket_lab.experiments.leak_check import VISITS, kept_by


def test_what_a_list_keeps_is_counted() -> None:
    app, visitors = FastAPI(), []

    @app.websocket("/ws")
    async def keep(websocket: WebSocket) -> None:
        await websocket.accept()
        visitors.append(websocket)
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    assert kept_by(app) == VISITS


def test_who_is_forgotten_is_not_kept() -> None:
    assert kept_by(forgetting_app) == 0
