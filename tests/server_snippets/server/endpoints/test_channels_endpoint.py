"""/ws/json: subscribe, send, unsubscribe; who does not subscribe hears nothing."""

from collections.abc import Callable
from typing import Any

from server_snippets.server.endpoints.channels import MAX_SUBSCRIPTIONS
from tests.redis_server import OVER_BOTH_BROKERS
from websocket_lab import LiveClient


pytestmark = OVER_BOTH_BROKERS


Connect = Callable[..., LiveClient]


def ask(client: LiveClient, action: str, **fields: Any) -> Any:
    """Send an action and return the answer."""
    client.send_json({"action": action, **fields})
    return client.receive_json()


def fence(client: LiveClient) -> None:
    """Fail if anything but the answer to this very question comes."""
    assert ask(client, "echo", data="fence") == {"type": "response", "data": "fence"}


def test_a_message_reaches_all_subscribers_once(connect: Connect, room: str) -> None:
    ana, ben = connect("/ws/json"), connect("/ws/json", "Ben")
    for client in (ana, ben):
        assert ask(client, "subscribe", channel=room) == {"type": "subscribed", "channel": room}
    ana.send_json({"action": "send", "channel": room, "message": "Hello"})

    for client in (ana, ben):
        assert client.receive_json() == {"type": "message", "channel": room, "message": "Hello"}
        fence(client)


def test_who_does_not_subscribe_may_send_but_hears_nothing(connect: Connect, room: str) -> None:
    ana, eve = connect("/ws/json"), connect("/ws/json", "Eve")
    ask(ana, "subscribe", channel=room)
    eve.send_json({"action": "send", "channel": room, "message": "Hello"})

    assert ana.receive_json()["message"] == "Hello"
    fence(eve)


def test_channels_are_apart(connect: Connect, room: str) -> None:
    ana, ben = connect("/ws/json"), connect("/ws/json", "Ben")
    ask(ana, "subscribe", channel=room)
    ask(ben, "subscribe", channel=f"{room}-other")
    ana.send_json({"action": "send", "channel": room, "message": "Hello"})
    ana.receive()

    fence(ben)


def test_after_unsubscribing_there_is_silence(connect: Connect, room: str) -> None:
    ana, ben = connect("/ws/json"), connect("/ws/json", "Ben")
    ask(ana, "subscribe", channel=room)
    ask(ben, "subscribe", channel=room)
    assert ask(ana, "unsubscribe", channel=room) == {"type": "unsubscribed", "channel": room}
    assert ask(ben, "send", channel=room, message="Hello")["message"] == "Hello"

    fence(ana)


def test_a_subscriber_who_vanished_disturbs_nobody(connect: Connect, room: str) -> None:
    ana, ben = connect("/ws/json"), connect("/ws/json", "Ben")
    for client in (ana, ben):
        ask(client, "subscribe", channel=room)
    ben.vanish()

    for text in ("one", "two", "three"):
        assert ask(ana, "send", channel=room, message=text)["message"] == text


def test_who_subscribes_twice_hears_each_message_once(connect: Connect, room: str) -> None:
    ana = connect("/ws/json")
    for _ in range(2):
        assert ask(ana, "subscribe", channel=room) == {"type": "subscribed", "channel": room}

    assert ask(ana, "send", channel=room, message="once")["message"] == "once"
    fence(ana)


def test_one_may_leave_a_channel_that_one_does_not_hear(connect: Connect, room: str) -> None:
    ana = connect("/ws/json")

    assert ask(ana, "unsubscribe", channel=room) == {"type": "unsubscribed", "channel": room}


def test_subscriptions_are_bounded(connect: Connect, room: str) -> None:
    ana = connect("/ws/json")
    for number in range(MAX_SUBSCRIPTIONS):
        assert ask(ana, "subscribe", channel=f"{room}-{number}")["type"] == "subscribed"

    assert ask(ana, "subscribe", channel=room)["code"] == "too_many_subscriptions"
    assert ask(ana, "subscribe", channel=f"{room}-0")["type"] == "subscribed"
    ask(ana, "unsubscribe", channel=f"{room}-0")
    assert ask(ana, "subscribe", channel=room)["type"] == "subscribed"
