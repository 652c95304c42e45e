"""Lesson 7, your turn: roll a die."""

from typing import Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, ValidationError

from server_snippets.step_07_json_messages import explain, reply, texts


# %% your turn
from random import randint


class Roll(BaseModel):
    """Roll a die with 2 to 100 sides."""

    ### BEGIN SOLUTION
    action: Literal["roll"]
    sides: int = Field(ge=2, le=100)
    ### END SOLUTION


def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws/json")
    async def dice(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in texts(websocket):
            try:
                roll = Roll.model_validate_json(text)
            except ValidationError as error:
                await reply(explain(error), websocket)
            else:
                result = randint(1, roll.sides)
                await reply({"type": "rolled", "sides": roll.sides, "result": result}, websocket)

    return app
