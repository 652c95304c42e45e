"""Handlers under check: it is known whether they wait for their clients."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from websocket_lab.exercises.scale_out.harness import Handlers


async def nothing(message: Message) -> None:
    """Send nowhere."""


def test_a_handler_works_until_it_waits_for_its_client() -> None:
    seen: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(handlers.are_waiting)
        await receive()
        seen.append(handlers.are_waiting)

    async def receive() -> Message:
        seen.append(handlers.are_waiting)
        return {}

    handlers = Handlers(app)
    asyncio.run(handlers({}, receive, nothing))

    assert seen == [False, True, False]
    assert handlers.are_waiting
