"""The bank of lesson 10's your-turn: servers that send what a client missed, and usual ones that do not."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI, WebSocket

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


Written = list[str]


def server(missed: Callable[[Written, int], Iterator[str]]) -> MakeApp:
    """Return a function that makes a server: which texts it sends to a client that comes back."""

    def make_app() -> FastAPI:
        app = FastAPI()
        written: Written = []

        @app.websocket("/ws")
        async def resume(websocket: WebSocket, after: int = 0) -> None:
            await websocket.accept()
            for text in missed(written, after):
                await websocket.send_text(text)
            async for text in websocket.iter_text():
                written.append(text)
                await websocket.send_text(f"{len(written)} {text}")

        return app

    return make_app


def asks_each(written: Written, after: int) -> Iterator[str]:
    for number, text in enumerate(written, start=1):
        if number > after:
            yield f"{number} {text}"


def slices(written: Written, after: int) -> Iterator[str]:
    for number, text in enumerate(written[after:], start=after + 1):
        yield f"{number} {text}"


def by_index(written: Written, after: int) -> Iterator[str]:
    for index in range(after, len(written)):
        yield f"{index + 1} {written[index]}"


def looks_again(written: Written, after: int) -> Iterator[str]:
    while after < len(written):
        after += 1
        yield f"{after} {written[after - 1]}"


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("missed_messages"),  # type: ignore[dict-item, return-value]
    "asks each": server(asks_each),
    "slices": server(slices),
    "by index": server(by_index),
    "looks again": server(looks_again),
    "slow": slow(server(asks_each)),
}


def nothing(written: Written, after: int) -> Iterator[str]:
    yield from ()


def no_numbers(written: Written, after: int) -> Iterator[str]:
    yield from written[after:]


def counts_from_zero(written: Written, after: int) -> Iterator[str]:
    for number, text in enumerate(written):
        if number >= after:
            yield f"{number} {text}"


def one_too_far(written: Written, after: int) -> Iterator[str]:
    for number in range(after, len(written) + 1):
        yield f"{number + 1} {written[number]}"


def twice(written: Written, after: int) -> Iterator[str]:
    yield from asks_each(written, after)
    yield from asks_each(written, after)


def everything(written: Written, after: int) -> Iterator[str]:
    yield from asks_each(written, 0)


def numbers_anew(written: Written, after: int) -> Iterator[str]:
    for number, text in enumerate(written[after:], start=1):
        yield f"{number} {text}"


def only_the_last(written: Written, after: int) -> Iterator[str]:
    yield from list(asks_each(written, after))[-1:] if after else asks_each(written, after)


def from_after_on(written: Written, after: int) -> Iterator[str]:
    yield from asks_each(written, after - 1)


def everything_to_one_with_all(written: Written, after: int) -> Iterator[str]:
    yield from asks_each(written, after % len(written) if written else 0)


ALL, ONLY, TWICE = "a_newcomer_receives_everything", "only_what_follows_is_sent", "nothing_comes_twice"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (server(nothing), ALL, "Before the endpoint receives"),
    "no numbers": (server(no_numbers), ALL, "The first message is number 1"),
    "counts from zero": (server(counts_from_zero), ALL, "The first message is number 1"),
    "one too far": (server(one_too_far), ALL, "is closed (1006)"),
    "twice": (server(twice), ALL, "The first message is number 1"),
    "everything": (server(everything), ONLY, "asks for message 3"),
    "numbers anew": (server(numbers_anew), ONLY, "asks for message 3"),
    "only the last": (server(only_the_last), ONLY, "asks for message 3"),
    "from after on": (server(from_after_on), ONLY, "asks for message 3"),
    "everything to one with all": (server(everything_to_one_with_all), TWICE, "missed nothing"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_feed_passes(make_app: MakeApp) -> None:
    passes("missed_messages", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_feed_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("missed_messages", make_app, step, words)
