"""A person on a server that passes texts on: which texts count, in which order, and how often."""

from collections.abc import Iterator

import pytest

from server_snippets.step_04_naive_broadcast import NaiveManager
from tests.websocket_lab.exercises.test_fix_the_broadcast import server_of
from websocket_lab import BackgroundServer
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.text_client import TextClient


@pytest.fixture
def ana() -> Iterator[TextClient]:
    """Somebody who receives whatever she says herself, and knows the texts one, two and three."""
    with BackgroundServer(server_of(NaiveManager)()) as server:
        person = TextClient(server.url("/ws/room"), "Ana", {"one", "two", "three"})
        person.connects()
        yield person
        person.leaves()


def say(person: TextClient, *texts: str) -> None:
    for text in texts:
        person.sends(text)


def test_a_text_that_nobody_has_said_is_passed_over(ana: TextClient) -> None:
    say(ana, "Welcome!", "one")

    ana.hears_text("one")


def test_another_text_first_is_told_with_its_cause(ana: TextClient) -> None:
    say(ana, "two", "one")

    with pytest.raises(Mismatch, match=r"Ana received two\. Mind the order\."):
        ana.hears_text("one", {"other": "Mind the order."})


def test_silence_names_what_came_instead(ana: TextClient) -> None:
    say(ana, "Welcome!")

    with pytest.raises(Mismatch, match=r"Ana received Welcome!, which is not in the contract"):
        ana.hears_text("one", patience=0.3)


def test_a_text_that_has_come_already_need_not_come_again(ana: TextClient) -> None:
    say(ana, "one", "two")
    ana.hears_in_the_end("two")

    ana.hears_in_the_end("one", patience=0.0)


@pytest.mark.parametrize(
    ("said", "cause"),
    [(("two", "one"), "wrong order"), (("one",), "one is missing"), (("one", "one", "two"), "one too many")],
)
def test_texts_are_counted_and_kept_in_order(ana: TextClient, said: tuple[str, ...], cause: str) -> None:
    say(ana, *said, "three")
    ana.hears_in_the_end("three")

    causes = {"other": "wrong order", "nothing": "one is missing", "twice": "one too many"}
    with pytest.raises(Mismatch, match=cause):
        ana.has_heard(["one", "two"], causes)
