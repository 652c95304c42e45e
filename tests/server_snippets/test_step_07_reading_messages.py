"""Step 7: every message becomes a text, and a wrong one a polite reply."""

import asyncio
import json
from typing import Annotated, Any, Literal

import pytest
from fastapi import WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from server_snippets.step_07_json_messages import explain, reply, texts


class FakeWebSocket:
    """Gives the messages that it was made with, then the client's goodbye, and remembers what is sent."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = [*messages, {"type": "websocket.disconnect", "code": 1000}]
        self.sent: list[str] = []

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        return self._messages.pop(0)

    async def send_text(self, text: str) -> None:
        """Remember a text."""
        self.sent.append(text)


def test_a_binary_message_gets_an_error_and_the_texts_around_it_are_read() -> None:
    websocket: Any = FakeWebSocket(
        {"type": "websocket.receive", "text": "hi"},
        {"type": "websocket.receive", "bytes": b"\x00"},
        {"type": "websocket.receive", "text": None, "bytes": b"{}"},
        {"type": "websocket.receive", "text": ""},
    )

    async def story() -> list[str]:
        return [text async for text in texts(websocket)]

    assert asyncio.run(story()) == ["hi", ""]
    assert [json.loads(text)["code"] for text in websocket.sent] == ["text_expected"] * 2


def test_a_client_that_has_left_hears_nothing_and_breaks_nothing() -> None:
    class Gone(FakeWebSocket):
        async def send_text(self, text: str) -> None:
            raise WebSocketDisconnect(1006)

    websocket: Any = Gone()

    asyncio.run(reply({"type": "response", "data": 1}, websocket))


class Talk(BaseModel):
    """A message with a field that is checked."""

    action: Literal["talk"]
    text: str


class Nod(BaseModel):
    """A message without fields."""

    action: Literal["nod"]


TALK_OR_NOD: TypeAdapter[Talk | Nod] = TypeAdapter(Annotated[Talk | Nod, Field(discriminator="action")])


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("hello", "invalid_json", "Invalid JSON: "),
        ("[" * 5_000, "invalid_json", "Invalid JSON: recursion limit exceeded"),
        ("[]", "invalid_message", "Input should be an object"),
        ("{}", "unknown_action", "Unable to extract tag"),
        ('{"action": "fly"}', "unknown_action", "Input tag 'fly'"),
        ('{"action": "talk"}', "invalid_message", "text: Field required"),
        ('{"action": "talk", "text": 7}', "invalid_message", "text: Input should be a valid string"),
    ],
)
def test_the_reply_says_what_is_wrong(text: str, code: str, detail: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TALK_OR_NOD.validate_json(text)

    answer = explain(caught.value)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert str(answer["detail"]).startswith(detail)
