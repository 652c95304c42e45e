"""Lesson 10, your turn: send what a client missed."""

from fastapi import FastAPI, WebSocket


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()
    written: list[str] = []

    @app.websocket("/ws")
    async def resume(websocket: WebSocket, after: int = 0) -> None:
        await websocket.accept()
        ### BEGIN SOLUTION
        for number, text in enumerate(written, start=1):
            if number > after:
                await websocket.send_text(f"{number} {text}")
        ### END SOLUTION
        async for text in websocket.iter_text():
            written.append(text)
            await websocket.send_text(f"{len(written)} {text}")

    return app
