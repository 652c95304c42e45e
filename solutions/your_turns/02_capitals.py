"""Lesson 2, your turn: the echo answers in capitals."""

from fastapi import FastAPI, WebSocket


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def shout(websocket: WebSocket) -> None:
        ### BEGIN SOLUTION
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text.upper()}")
        ### END SOLUTION

    return app
