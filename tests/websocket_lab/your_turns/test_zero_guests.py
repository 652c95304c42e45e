"""The bank of lesson 3's your-turn: servers that reject 0 guests, and the usual ones that do not."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException

from server_snippets.step_03_disconnections import converse, next_text
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


RULE = "At least one guest, please"


def cake(look: Callable[[WebSocket, str], Awaitable[Any]]) -> MakeApp:
    """Return a function that makes a server: what it does before it divides."""

    async def share(websocket: WebSocket) -> None:
        while (text := await next_text(websocket)) != "bye":
            if not text.isdecimal():
                raise WebSocketException(1008, "Numbers only, please")
            # What it does may end the conversation, as a `return` or a `continue` would.
            if (then := await look(websocket, text)) == "return":
                return
            if then != "continue":
                await websocket.send_text(f"{1000 / int(text):.0f} g each")

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws")
        async def endpoint(websocket: WebSocket) -> None:
            await converse(websocket, share)

        return app

    return make_app


def raising(
    error: Callable[[], Exception], when: Callable[[str], bool] = lambda text: not int(text)
) -> MakeApp:
    """Return a function that makes a server which raises this error at such a text."""

    async def look(websocket: WebSocket, text: str) -> None:
        if when(text):
            raise error()

    return cake(look)


async def closes_itself(websocket: WebSocket, text: str) -> str:
    if int(text) > 0:
        return ""
    await websocket.close(1008, RULE)
    return "return"


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("zero_guests"),  # type: ignore[dict-item, return-value]
    "less than one": raising(lambda: WebSocketException(1008, RULE), lambda text: int(text) < 1),
    "closes itself": cake(closes_itself),
    "slow": slow(raising(lambda: WebSocketException(code=1008, reason=RULE))),
}


async def nothing(websocket: WebSocket, text: str) -> None:
    pass


async def ends(websocket: WebSocket, text: str) -> str:
    return "" if int(text) else "return"


async def says_so_and_goes_on(websocket: WebSocket, text: str) -> str:
    if int(text):
        return ""
    await websocket.send_text(RULE)
    return "continue"


async def forgets_to_await(websocket: WebSocket, text: str) -> None:
    if not int(text):
        websocket.close(1008, RULE)


CAKE, RULES = "guests_get_their_cake", "no_guests_break_a_rule"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (cake(nothing), RULES, "Look at the number before you divide"),
    "an error of its own": (raising(ValueError), RULES, "the client broke a rule"),
    "a text against a number": (
        raising(lambda: WebSocketException(1008, RULE), lambda text: text == 0),  # type: ignore[comparison-overlap]
        RULES,
        "Look at the number before you divide",
    ),
    "returns": (cake(ends), RULES, "1000 says that both are done"),
    "a text instead of a close": (cake(says_so_and_goes_on), RULES, "asks for a close, not for a text"),
    "forgets to await": (cake(forgets_to_await), RULES, "was never awaited"),
    "the other exception": (
        raising(lambda: WebSocketDisconnect(1008, RULE)),
        RULES,
        "only reports that a client",
    ),
    "another code": (raising(lambda: WebSocketException(1003, RULE)), RULES, "a broken rule is 1008"),
    "no reason": (raising(lambda: WebSocketException(1008)), "the_reason_names_the_rule", "second argument"),
    "another reason": (
        raising(lambda: WebSocketException(1008, "Numbers only, please")),
        "the_reason_names_the_rule",
        "second argument",
    ),
    "the text 0": (
        raising(lambda: WebSocketException(1008, RULE), lambda text: text == "0"),
        "every_zero_is_zero",
        "Compare the number",
    ),
    "one guest, too": (
        raising(lambda: WebSocketException(1008, RULE), lambda text: int(text) <= 1),
        CAKE,
        "Only 0 guests break the rule",
    ),
    "every number": (
        raising(lambda: WebSocketException(1008, RULE), lambda text: True),
        CAKE,
        "Only 0 guests break the rule",
    ),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("zero_guests", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("zero_guests", make_app, step, words)
