"""Whatever a client sends to a JSON endpoint, it gets an error reply; nobody else notices."""

import json
from collections.abc import Callable

import pytest

from tests.server_snippets.stamps import unstamped
from websocket_lab import LiveClient


Connect = Callable[..., LiveClient]

ENDPOINTS = ["/ws/json", "/ws/tasks", "/ws/chat/{room}/ana"]
NOT_JSON = {
    "nothing": "",
    "half an object": '{"action": ',
    "two values": "{} {}",
    "5,000 brackets": "[" * 5_000 + "]" * 5_000,
    "5,000 objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "a deep field": '{"action": "echo", "data": ' + "[" * 5_000 + "]" * 5_000 + "}",
    "a lone surrogate": r'{"action": "echo", "data": "\ud800"}',
    "a surrogate as key": r'{"action": "echo", "data": {"\udfff": 1}}',
    "5,000 digits": '{"action": "echo", "data": ' + "1" * 5_000 + "}",
    "single quotes": "{'action': 'echo'}",
}
NOT_VALID = {
    "null": "null",
    "a number": "1",
    "a text": '"echo"',
    "a list": '[{"action": "echo"}]',
    "no action": '{"data": 1}',
    "an action that is a number": '{"action": 7}',
    "an action that is null": '{"action": null}',
    "an action that is a list": '{"action": ["echo"]}',
    "an action that is unknown": '{"action": "fly"}',
    "an action in capitals": '{"action": "ECHO"}',
}
NOT_FITTING = {
    "/ws/json": [
        '{"action": "echo"}',
        '{"action": "echo", "data": NaN}',
        '{"action": "echo", "data": [Infinity]}',
        '{"action": "echo", "data": {"a": 1e999}}',
        '{"action": "subscribe"}',
        '{"action": "subscribe", "channel": 1}',
        '{"action": "subscribe", "channel": ""}',
        '{"action": "subscribe", "channel": ["news"]}',
        '{"action": "subscribe", "channel": "' + "x" * 101 + '"}',
        '{"action": "send", "channel": "news"}',
        '{"action": "send", "channel": "news", "message": {"a": 1}}',
        '{"action": "send", "message": "Hello"}',
    ],
    "/ws/tasks": [
        '{"action": "start"}',
        '{"action": "start", "name": "report", "steps": 0}',
        '{"action": "start", "name": "report", "steps": 1001}',
        '{"action": "start", "name": "report", "steps": "5"}',
        '{"action": "start", "name": "report", "steps": 1.5}',
        '{"action": "start", "name": "report", "steps": true}',
        '{"action": "start", "name": "report", "steps": ' + "9" * 400 + "}",
        '{"action": "start", "name": "", "steps": 5}',
        '{"action": "cancel"}',
        '{"action": "cancel", "task_id": 1}',
    ],
    "/ws/chat/{room}/ana": [
        '{"action": "message"}',
        '{"action": "message", "text": 1}',
        '{"action": "message", "text": null}',
    ],
}


def error_for(client: LiveClient, message: str | bytes) -> dict[str, str]:
    """Return the next error after sending a message."""
    client.send(message)
    error: dict[str, str] = json.loads(client.wait_for(lambda text: '"type":"error"' in text))
    assert set(error) == {"type", "code", "detail"}
    assert 0 < len(error["detail"]) <= 300
    return error


@pytest.mark.parametrize("path", ENDPOINTS)
def test_what_is_not_json_is_answered(connect: Connect, room: str, path: str) -> None:
    ana = connect(path.format(room=room))

    assert {what: error_for(ana, text)["code"] for what, text in NOT_JSON.items()} == dict.fromkeys(
        NOT_JSON, "invalid_json"
    )


@pytest.mark.parametrize("path", ENDPOINTS)
def test_what_is_no_action_is_answered(connect: Connect, room: str, path: str) -> None:
    ana = connect(path.format(room=room))

    assert {error_for(ana, text)["code"] for text in NOT_VALID.values()} == {
        "invalid_message",
        "unknown_action",
    }
    assert error_for(ana, '{"action": "fly"}')["code"] == "unknown_action"
    assert error_for(ana, '{"action": "' + "x" * 60_000 + '"}')["code"] == "unknown_action"


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_field_that_is_missing_or_wrong_is_answered(connect: Connect, room: str, path: str) -> None:
    ana = connect(path.format(room=room))

    for text in NOT_FITTING[path]:
        assert error_for(ana, text)["code"] == "invalid_message", text


@pytest.mark.parametrize("path", ENDPOINTS)
def test_binary_is_answered(connect: Connect, room: str, path: str) -> None:
    assert error_for(connect(path.format(room=room)), b'{"action": "list"}')["code"] == "text_expected"


def test_the_detail_names_the_field(connect: Connect) -> None:
    error = error_for(connect("/ws/json"), '{"action": "send", "channel": "news"}')

    assert error == {"type": "error", "code": "invalid_message", "detail": "message: Field required"}


def test_nobody_else_notices_and_the_talk_goes_on(connect: Connect, room: str) -> None:
    ana, eve = connect(f"/ws/chat/{room}/ana"), connect(f"/ws/chat/{room}/eve", "Eve")
    ana.wait_for(lambda text: '["ana","eve"]' in text)
    for text in [*NOT_JSON.values(), *NOT_VALID.values()]:
        error_for(eve, text)
    error_for(eve, b"\x00")
    eve.send_json({"action": "message", "text": "hi"})

    said = unstamped(ana.receive_json())
    assert said == {"type": "message", "room": room, "from": "eve", "text": "hi"}
