"""Step 7: each message says what it wants; a wrong one is answered."""

from collections.abc import Iterator
from typing import Any

import pytest

from server_snippets.step_07_json_messages import app, subscribers
from websocket_lab import BackgroundServer, LiveClient


WRONG_TYPE = '{"action": "send", "channel": 1, "message": "x"}'


@pytest.fixture
def pair() -> Iterator[tuple[LiveClient, LiveClient]]:
    with (
        BackgroundServer(app) as server,
        LiveClient(server.url("/ws/json")) as ana,
        LiveClient(server.url("/ws/json"), "Ben") as ben,
    ):
        yield ana, ben
        assert not server.errors
    assert not subscribers


def ask(client: LiveClient, action: str, **fields: Any) -> Any:
    """Send an action and return the answer."""
    client.send_json({"action": action, **fields})
    return client.receive_json()


def test_all_subscribers_hear_a_message(pair: tuple[LiveClient, LiveClient]) -> None:
    for client in pair:
        assert ask(client, "subscribe", channel="news") == {"type": "subscribed", "channel": "news"}
    pair[0].send_json({"action": "send", "channel": "news", "message": "Hello"})

    for client in pair:
        assert client.receive_json() == {"type": "message", "channel": "news", "message": "Hello"}


def test_nobody_else_hears_it(pair: tuple[LiveClient, LiveClient]) -> None:
    ana, ben = pair
    ask(ana, "subscribe", channel="news")
    ask(ben, "subscribe", channel="news")
    assert ask(ben, "unsubscribe", channel="news") == {"type": "unsubscribed", "channel": "news"}
    assert ask(ana, "send", channel="news", message="Hello")["message"] == "Hello"

    assert ask(ben, "echo", data=[1, None]) == {"type": "response", "data": [1, None]}


def test_who_vanished_is_forgotten(pair: tuple[LiveClient, LiveClient]) -> None:
    ana, ben = pair
    ask(ana, "subscribe", channel="news")
    ask(ben, "subscribe", channel="news")
    ben.vanish()

    for text in ("one", "two"):
        assert ask(ana, "send", channel="news", message=text)["message"] == text


@pytest.mark.parametrize(
    ("message", "code"),
    [
        *((text, "invalid_json") for text in ("", "hello", "{", "[" * 5_000 + "]" * 5_000)),
        *((text, "invalid_message") for text in ("null", "[]", '{"action": "echo"}', WRONG_TYPE)),
        *((text, "unknown_action") for text in ("{}", '{"action": "fly"}', '{"action": null}')),
        *((data, "text_expected") for data in (b"", b"\x00", b"{}")),
    ],
)
def test_a_bad_message_gets_an_error_and_the_talk_goes_on(
    pair: tuple[LiveClient, LiveClient], message: str | bytes, code: str
) -> None:
    ana, ben = pair
    ask(ben, "subscribe", channel="news")
    ana.send(message)
    error = ana.receive_json()

    assert (error["type"], error["code"]) == ("error", code)
    assert error["detail"]
    assert ask(ana, "echo", data=1)["data"] == 1
    assert ask(ben, "echo", data=2)["data"] == 2


def test_who_leaves_while_answers_are_on_their_way_disturbs_nobody(
    pair: tuple[LiveClient, LiveClient],
) -> None:
    ana, ben = pair
    for number in range(100):
        ben.send_json({"action": "echo", "data": number})
    ben.vanish()

    assert ask(ana, "echo", data=1)["data"] == 1


def test_unsubscribing_from_unknown_channels_creates_none(pair: tuple[LiveClient, LiveClient]) -> None:
    ana, _ = pair
    ask(ana, "subscribe", channel="news")
    for number in range(500):
        ana.send_json({"action": "unsubscribe", "channel": f"made-up {number}"})
    ana.wait_for(lambda text: "made-up 499" in text)

    assert list(subscribers) == ["news"]


def test_a_channel_without_subscribers_is_removed(pair: tuple[LiveClient, LiveClient]) -> None:
    ana, ben = pair
    for client in pair:
        ask(client, "subscribe", channel="news")
    ask(ana, "unsubscribe", channel="news")
    assert list(subscribers) == ["news"]

    ask(ben, "unsubscribe", channel="news")
    assert not subscribers
