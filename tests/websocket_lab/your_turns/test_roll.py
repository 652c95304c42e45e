"""The bank of lesson 7's your-turn: classes that say what a roll is, and the usual ones that do not."""

from random import randint
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, ValidationError, field_validator

from server_snippets.step_07_json_messages import explain, reply, texts
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def server(roll: Any) -> MakeApp:
    """Return a function that makes a server with this class of message."""

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws/json")
        async def dice(websocket: WebSocket) -> None:
            await websocket.accept()
            async for text in texts(websocket):
                try:
                    said = roll.model_validate_json(text)
                except ValidationError as error:
                    await reply(explain(error), websocket)
                else:
                    result = randint(1, said.sides)
                    await reply({"type": "rolled", "sides": said.sides, "result": result}, websocket)

        return app

    return make_app


class Limits(BaseModel):
    action: Literal["roll"]
    sides: Annotated[int, Field(gt=1, lt=101)]


class Validator(BaseModel):
    action: Literal["roll"]
    sides: int

    @field_validator("sides")
    @classmethod
    def has_limits(cls, sides: int) -> int:
        if not 2 <= sides <= 100:
            raise ValueError("2 to 100, please")
        return sides


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("roll"),  # type: ignore[dict-item, return-value]
    "annotated": server(Limits),
    "a validator": server(Validator),
    "slow": slow(server(Limits)),
}


class NoFields(BaseModel):
    """Nothing is checked, and nothing is there."""


class NoLimits(BaseModel):
    action: Literal["roll"]
    sides: int


class OnlyTheLeast(BaseModel):
    action: Literal["roll"]
    sides: int = Field(ge=2)


class WithoutTheLimits(BaseModel):
    action: Literal["roll"]
    sides: int = Field(gt=2, lt=100)


class Text(BaseModel):
    action: Literal["roll"]
    sides: str


class Six(BaseModel):
    action: Literal["roll"]
    sides: int = Field(6, ge=2, le=100)


class AnyAction(BaseModel):
    action: str
    sides: int = Field(ge=2, le=100)


class NoAction(BaseModel):
    sides: int = Field(ge=2, le=100)


class AnotherAction(BaseModel):
    action: Literal["rolls"]
    sides: int = Field(ge=2, le=100)


class AnotherName(BaseModel):
    action: Literal["roll"]
    side: int = Field(ge=2, le=100)


class Anything(BaseModel):
    action: Literal["roll"]
    sides: Any


ROLLED, LIMITS = "a_die_is_rolled", "too_few_or_too_many_sides_are_an_error"
WRONG: dict[type[BaseModel], tuple[str, str]] = {
    NoFields: (ROLLED, "Is there a field `sides`?"),
    Text: (ROLLED, "`sides` is an `int`"),
    AnotherAction: (ROLLED, "turns a valid message down"),
    AnotherName: (ROLLED, "turns a valid message down"),
    WithoutTheLimits: (ROLLED, "include their limit"),
    NoLimits: (LIMITS, "Field(ge=2, le=100)"),
    Anything: (LIMITS, "Field(ge=2, le=100)"),
    OnlyTheLeast: (LIMITS, "Field(ge=2, le=100)"),
    Six: ("what_is_no_number_is_an_error", "without a default"),
    AnyAction: ("another_action_is_an_error", "Literal"),
    NoAction: ("another_action_is_an_error", "Literal"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_class_passes(make_app: MakeApp) -> None:
    passes("roll", make_app)


@pytest.mark.parametrize(("roll", "step", "words"), [(roll, *told) for roll, told in WRONG.items()])
def test_a_wrong_class_fails_at_its_step(roll: type[BaseModel], step: str, words: str) -> None:
    fails("roll", server(roll), step, words)
