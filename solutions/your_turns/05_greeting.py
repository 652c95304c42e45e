"""Lesson 5, your turn: greet by name and number."""

from fastapi import FastAPI, WebSocket


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()

    ### BEGIN SOLUTION
    @app.websocket("/hello/{number}")
    async def hello(websocket: WebSocket, number: int, name: str = "stranger") -> None:
        await websocket.accept()
        await websocket.send_text(f"Hello {name}, you are number {number}")

    ### END SOLUTION

    return app
