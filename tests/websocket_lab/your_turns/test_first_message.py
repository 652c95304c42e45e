"""The bank of lesson 6's your-turn: doors that ask for the token first, and the usual ones that do not."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, WebSocket, WebSocketException

from server_snippets.step_06_authentication import TOKEN, is_right
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def door(ask: Callable[[WebSocket], Awaitable[Any]]) -> MakeApp:
    """Return a function that makes a server: how it asks for the token, and whether it then returns."""

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws")
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            if await ask(websocket) == "return":
                return
            await websocket.send_text("Welcome")
            async for text in websocket.iter_text():
                await websocket.send_text(f"Echo: {text}")

        return app

    return make_app


def closing(is_wrong: Callable[[str], bool], code: int = 4001, reason: str = "Invalid token") -> MakeApp:
    """Return a function that makes a server which closes, and returns, if a token is wrong."""

    async def ask(websocket: WebSocket) -> str:
        if is_wrong(await websocket.receive_text()):
            await websocket.close(code, reason)
            return "return"
        return ""

    return door(ask)


async def raises(websocket: WebSocket) -> None:
    if not is_right(await websocket.receive_text()):
        raise WebSocketException(4001, "Invalid token")


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("first_message"),  # type: ignore[dict-item, return-value]
    "an exception": door(raises),
    "not in constant time": closing(lambda token: token != TOKEN),
    "slow": slow(closing(lambda token: not is_right(token))),
}


async def nothing(websocket: WebSocket) -> None:
    pass


async def only_receives(websocket: WebSocket) -> None:
    await websocket.receive_text()


async def forgets_to_await(websocket: WebSocket) -> None:
    if not is_right(await websocket.receive_text()):
        websocket.close(4001, "Invalid token")


async def returns(websocket: WebSocket) -> str:
    return "" if is_right(await websocket.receive_text()) else "return"


async def over_http(websocket: WebSocket) -> None:
    if not is_right(await websocket.receive_text()):
        raise HTTPException(401, "Invalid token")


async def from_the_query(websocket: WebSocket) -> str:
    if is_right(websocket.query_params.get("token")):
        return ""
    await websocket.close(4001, "Invalid token")
    return "return"


WELCOME, WRONG_TOKEN, ALMOST = (
    "the_right_token_is_welcome",
    "a_wrong_token_is_rejected",
    "almost_right_is_wrong",
)
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (door(nothing), WELCOME, "the first text is not for the loop"),
    "from the query": (door(from_the_query), WELCOME, "The right token was rejected"),
    "the wrong way round": (closing(is_right), WELCOME, "The right token was rejected"),
    "only receives": (door(only_receives), WRONG_TOKEN, "A wrong token is accepted"),
    "forgets to await": (door(forgets_to_await), WRONG_TOKEN, "was never awaited"),
    "returns": (door(returns), WRONG_TOKEN, "without a close frame"),
    "over HTTP": (door(over_http), WRONG_TOKEN, "without a close frame"),
    "another code": (closing(lambda token: not is_right(token), 1008), WRONG_TOKEN, "The code is 4001"),
    "no reason": (closing(lambda token: not is_right(token), reason=""), WRONG_TOKEN, "second argument"),
    "a beginning": (closing(lambda token: not TOKEN.startswith(token)), ALMOST, "Compare all of it"),
    "only the beginning": (closing(lambda token: not token.startswith(TOKEN)), ALMOST, "Compare all of it"),
    "without encoding": (
        closing(lambda token: not secrets.compare_digest(token, TOKEN)),
        ALMOST,
        "encodes both first",
    ),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_door_passes(make_app: MakeApp) -> None:
    passes("first_message", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_door_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("first_message", make_app, step, words)
