"""Lesson 9, your turn: listen while you work."""

import asyncio

from fastapi import FastAPI, WebSocket


# %% your turn
async def take_steps(name: str, websocket: WebSocket) -> None:
    for step in range(1, 4):
        await asyncio.sleep(0.2)
        await websocket.send_text(f"{name}: step {step} of 3")


def make_app() -> FastAPI:
    app = FastAPI()
    jobs: set[asyncio.Task[None]] = set()

    @app.websocket("/ws")
    async def listening(websocket: WebSocket) -> None:
        await websocket.accept()
        async for name in websocket.iter_text():
            ### BEGIN SOLUTION
            job = asyncio.create_task(take_steps(name, websocket))
            jobs.add(job)
            job.add_done_callback(jobs.discard)
            ### END SOLUTION

    return app
