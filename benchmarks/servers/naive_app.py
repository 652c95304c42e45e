"""The naive room of lesson 4, with an echo beside it."""

from fastapi import WebSocket, WebSocketDisconnect

from server_snippets.step_04_naive_broadcast import app


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """Send each text back."""
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        return
