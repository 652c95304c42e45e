"""Lesson 3, your turn: no guests at all."""

from fastapi import FastAPI, WebSocket, WebSocketException

from server_snippets.step_03_disconnections import converse, next_text


# %% your turn
async def share_cake_fairly(websocket: WebSocket) -> None:
    while True:
        text = await next_text(websocket)
        if text == "bye":
            return
        if not text.isdecimal():
            raise WebSocketException(1008, "Numbers only, please")
        ### BEGIN SOLUTION
        if int(text) == 0:
            raise WebSocketException(1008, "At least one guest, please")
        ### END SOLUTION
        await websocket.send_text(f"{1000 / int(text):.0f} g each")


def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def cake(websocket: WebSocket) -> None:
        await converse(websocket, share_cake_fairly)

    return app
