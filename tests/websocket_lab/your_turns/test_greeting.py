"""The bank of lesson 5's your-turn: endpoints with two parameters, and the usual ones that are not right."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Path, Query, WebSocket

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def server(endpoint: Callable[..., Any], path: str = "/hello/{number}") -> MakeApp:
    """Return a function that makes a server with this endpoint."""

    def make_app() -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route(path, endpoint)
        return app

    return make_app


async def greet(websocket: WebSocket, name: object, number: object) -> None:
    await websocket.accept()
    await websocket.send_text(f"Hello {name}, you are number {number}")


async def annotated(
    websocket: WebSocket, number: Annotated[int, Path()], name: Annotated[str, Query()] = "stranger"
) -> None:
    await greet(websocket, name, number)
    await websocket.close()


async def by_hand(websocket: WebSocket, number: int) -> None:
    await greet(websocket, websocket.query_params.get("name", "stranger"), number)
    async for _ in websocket.iter_text():
        pass


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("greeting"),  # type: ignore[dict-item, return-value]
    "annotated": server(annotated),
    "by hand": server(by_hand),
    "slow": slow(server(annotated)),
}


async def a_text_as_number(websocket: WebSocket, number: str, name: str = "stranger") -> None:
    await greet(websocket, name, number)


async def a_float(websocket: WebSocket, number: float, name: str = "stranger") -> None:
    await greet(websocket, name, int(number))


async def another_argument(websocket: WebSocket, client_id: int, name: str = "stranger") -> None:
    await greet(websocket, name, client_id)


async def no_default(websocket: WebSocket, number: int, name: str) -> None:
    await greet(websocket, name, number)


async def none(websocket: WebSocket, number: int, name: str | None = None) -> None:
    await greet(websocket, name, number)


async def no_accept(websocket: WebSocket, number: int, name: str = "stranger") -> None:
    await websocket.send_text(f"Hello {name}, you are number {number}")


async def no_await(websocket: WebSocket, number: int, name: str = "stranger") -> None:
    await websocket.accept()
    websocket.send_text(f"Hello {name}, you are number {number}")


async def silent(websocket: WebSocket, number: int, name: str = "stranger") -> None:
    await websocket.accept()


async def no_f(websocket: WebSocket, number: int, name: str = "stranger") -> None:
    await websocket.accept()
    await websocket.send_text("Hello {name}, you are number {number}")


async def always_ana(websocket: WebSocket, number: int) -> None:
    await greet(websocket, "Ana", number)


ADDRESS, STRANGER, INTEGER = (
    "name_and_number_come_from_the_address",
    "a_name_may_be_left_out",
    "a_number_is_an_integer",
)
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "no endpoint": (FastAPI, ADDRESS, "No endpoint accepts this address"),
    "another path": (server(annotated, "/ws/{number}"), ADDRESS, "The path is `/hello/{number}`"),
    "another argument": (server(another_argument), ADDRESS, "an argument called `number`"),
    "no accept": (server(no_accept), ADDRESS, "`accept()` comes first"),
    "no await": (server(no_await), ADDRESS, "was never awaited"),
    "silent": (server(silent), ADDRESS, "sent nothing before"),
    "no f": (server(no_f), ADDRESS, "in an f-string"),
    "always Ana": (server(always_ana), ADDRESS, "in an f-string"),
    "no default": (server(no_default), STRANGER, "Give the argument a default"),
    "None": (server(none), STRANGER, "The default of the name"),
    "a text as number": (server(a_text_as_number), INTEGER, "`number: int`"),
    "a float": (server(a_float), INTEGER, "`number: int`"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_endpoint_passes(make_app: MakeApp) -> None:
    passes("greeting", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_endpoint_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("greeting", make_app, step, words)
