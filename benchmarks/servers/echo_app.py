"""An echo that changes nothing, for the Autobahn test suite: `/echo`."""

from fastapi import FastAPI, WebSocket


app = FastAPI()


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """Send each message back as it came."""
    await websocket.accept()
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if message.get("text") is None:
            await websocket.send_bytes(message["bytes"])
        else:
            await websocket.send_text(message["text"])
