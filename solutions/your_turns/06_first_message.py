"""Lesson 6, your turn: ask for the token first."""

from fastapi import FastAPI, WebSocket

from server_snippets.step_06_authentication import is_right


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def guarded_echo(websocket: WebSocket) -> None:
        await websocket.accept()
        ### BEGIN SOLUTION
        if not is_right(await websocket.receive_text()):
            return await websocket.close(4001, "Invalid token")
        ### END SOLUTION
        await websocket.send_text("Welcome")
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text}")

    return app
