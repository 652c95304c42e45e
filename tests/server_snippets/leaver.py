"""A client that is gone before the server has said its first word."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message


def greet_a_leaver(app: ASGIApp, path: str) -> list[str]:
    """Run the app for a client that leaves at once; return the types of what the server tried to send."""
    incoming: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.disconnect", "code": 1006},
    ]
    sent: list[str] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "websocket.send":
            raise OSError("The client is gone.")

    scope: dict[str, Any] = {"type": "websocket", "path": path, "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    return sent
