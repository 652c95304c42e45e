"""The bank of lesson 2's your-turn: endpoints that answer in capitals, and the usual ones that do not."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def server(endpoint: Callable[[WebSocket], Awaitable[None]]) -> MakeApp:
    """Return a function that makes a server with this endpoint."""

    def make_app() -> FastAPI:
        app = FastAPI()
        app.websocket("/ws")(endpoint)
        return app

    return make_app


def answering(answer: Callable[[str], str]) -> MakeApp:
    """Return a function that makes a server which sends this answer to each text."""

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(answer(text))

    return server(endpoint)


async def receives_by_hand(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_text("Echo: " + text.upper())
    except WebSocketDisconnect:
        pass


async def leaves_the_disconnection_to_fastapi(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        await websocket.send_text(f"Echo: {(await websocket.receive_text()).upper()}")


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("capitals"),  # type: ignore[dict-item, return-value]
    "by hand": server(receives_by_hand),
    "without except": server(leaves_the_disconnection_to_fastapi),
    "slow": slow(answering(lambda text: f"Echo: {text.upper()}")),
}


async def never_accepts(websocket: WebSocket) -> None:
    async for text in websocket.iter_text():
        await websocket.send_text(f"Echo: {text.upper()}")


async def does_nothing(websocket: WebSocket) -> None:
    pass


async def never_sends(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        text.upper()


async def forgets_to_await(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        websocket.send_text(f"Echo: {text.upper()}")


async def accepts_and_returns(websocket: WebSocket) -> None:
    await websocket.accept()


async def answers_once(websocket: WebSocket) -> None:
    await websocket.accept()
    text = await websocket.receive_text()
    await websocket.send_text(f"Echo: {text.upper()}")


async def answers_the_first_only(websocket: WebSocket) -> None:
    await answers_once(websocket)
    async for _ in websocket.iter_text():
        pass


async def answers_twice(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"Echo: {text.upper()}")
        await websocket.send_text(f"Echo: {text.upper()}")


async def sends_json(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_json(f"Echo: {text.upper()}")


CAPITALS = "the_answer_is_in_capitals"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "does nothing": (server(does_nothing), "the_handshake_is_accepted", "await websocket.accept()"),
    "never accepts": (server(never_accepts), "the_handshake_is_accepted", "await websocket.accept()"),
    "accepts and returns": (server(accepts_and_returns), CAPITALS, "It must go on receiving"),
    "never sends": (server(never_sends), CAPITALS, "inside the loop"),
    "forgets to await": (server(forgets_to_await), CAPITALS, "was never awaited"),
    "the echo as it was": (answering(lambda text: f"Echo: {text}"), CAPITALS, "`text.upper()`"),
    "the text alone": (answering(str), CAPITALS, "The text comes back as it is"),
    "without Echo": (answering(str.upper), CAPITALS, "begins with `Echo: `"),
    "all in capitals": (answering(lambda text: f"Echo: {text}".upper()), CAPITALS, "not the word `Echo`"),
    "without the f": (answering(lambda text: "Echo: {text.upper()}"), CAPITALS, "only after an f"),
    "without the blank": (answering(lambda text: f"Echo:{text.upper()}"), CAPITALS, "and nothing else"),
    "as JSON": (server(sends_json), CAPITALS, "and nothing else"),
    "no such method": (answering(lambda text: text.capitals()), CAPITALS, ""),
    "answers once": (server(answers_once), "each_text_is_answered", "It must go on receiving"),
    "the first only": (server(answers_the_first_only), "each_text_is_answered", "in a loop"),
    "answers twice": (server(answers_twice), "each_text_is_answered", "sent twice"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("capitals", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("capitals", make_app, step, words)
