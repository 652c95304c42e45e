"""Step 7: every message becomes a text, and a wrong one a polite reply."""

import asyncio
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from server_snippets.step_07_message_reader import explain, texts


class FakeWebSocket:
    """Gives the messages that it was made with, and then the client's goodbye."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = [*messages, {"type": "websocket.disconnect", "code": 1000}]

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        return self._messages.pop(0)


def test_a_binary_message_has_an_empty_text() -> None:
    async def story() -> list[str]:
        websocket: Any = FakeWebSocket(
            {"type": "websocket.receive", "text": "hi"},
            {"type": "websocket.receive", "bytes": b"\x00"},
            {"type": "websocket.receive", "text": None, "bytes": b"\x00"},
        )
        return [text async for text in texts(websocket)]

    assert asyncio.run(story()) == ["hi", "", ""]


def test_the_reply_says_what_is_wrong() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(int).validate_json('"one"')

    reply = explain(caught.value)
    assert (reply["type"], reply["code"]) == ("error", "invalid_message")
    assert "valid integer" in str(reply["detail"])
