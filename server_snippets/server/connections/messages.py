"""What clients send as JSON: what is valid is answered, the rest gets an `error`, and nobody is cut off."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import WebSocket
from pydantic import TypeAdapter, ValidationError
from starlette.types import Message

from .manager import ConnectionManager


Action = TypeVar("Action")
Answer = Callable[[Action], Awaitable[None]]

# What pydantic finds wrong, and the code that we give it.
ERROR_CODES = {
    "json_invalid": "invalid_json",
    "union_tag_invalid": "unknown_action",
    "union_tag_not_found": "unknown_action",
}
# A detail may quote what the client sent.
MAX_DETAIL = 300


class ClientError(Exception):
    """A message cannot be carried out, for the reason in `error`."""

    def __init__(self, code: str, detail: str) -> None:
        self.error = {"type": "error", "code": code, "detail": detail}
        super().__init__(detail)


def read_action(message: Message, actions: TypeAdapter[Action]) -> Action:
    """Return the action that a message asks for; raise ClientError if it asks for none."""
    text = message.get("text")
    if text is None:
        raise ClientError("text_expected", "This endpoint takes JSON as text, not binary messages.")

    try:
        return actions.validate_json(text)
    except ValidationError as error:
        raise explain(error) from None


def explain(error: ValidationError) -> ClientError:
    """Return pydantic's first complaint as an error for the client."""
    complaint: Any = error.errors(include_url=False, include_input=False)[0]
    # The first place is the name of the action: the client knows it.
    field = ".".join(map(str, complaint["loc"][1:]))
    detail = f"{field}: {complaint['msg']}" if field else complaint["msg"]
    return ClientError(ERROR_CODES.get(complaint["type"], "invalid_message"), detail[:MAX_DETAIL])


async def answer_each(
    websocket: WebSocket, manager: ConnectionManager, actions: TypeAdapter[Action], answer: Answer[Action]
) -> None:
    """Let `answer` carry out each action until the client leaves, and explain what is wrong with the rest."""
    while (message := await websocket.receive())["type"] == "websocket.receive":
        try:
            await answer(read_action(message, actions))
        except ClientError as error:
            manager.send_personal_message(error.error, websocket)
