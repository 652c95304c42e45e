"""The lines between the learner's server and its clients, which a check can make slow."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowLine:
    """ASGI middleware: a message may take its time on the way out; those on one connection keep their order.

    Args:
        app: The app whose messages these are.

    Attributes:
        seconds: How long each message takes; no time at first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.seconds = 0.0
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        line = asyncio.Lock()

        async def send_in_turn(message: Message) -> None:
            async with line:
                if self.seconds and message["type"] == "websocket.send":
                    await asyncio.sleep(self.seconds)
                await send(message)

        await self._app(scope, receive, send_in_turn)
