"""Step 13, listening: one subscription for the whole process, from its start to its end.

New since step 10: what runs beside the server is a subscription, and a look round twice a second.
Used by: server_snippets.step_13_scaling_out
"""

# %% imports
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

# %% course_imports
from server_snippets.step_10_heart import Lifespan
from server_snippets.step_13_chat import CHANNEL, Chat
from server_snippets.step_13_supervisor import supervise


# %% listening
PAUSE = 0.5


def listening(chat: Chat) -> Lifespan:
    """Return a lifespan in which the chat hears the broker, and tells who is there."""

    async def look_round() -> None:
        await chat.look_round()
        await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        subscription = await chat.broker.subscribe(CHANNEL, chat.deliver)
        looking = asyncio.create_task(supervise(look_round))
        yield
        looking.cancel()
        await chat.broker.unsubscribe(subscription)
        await chat.broker.close()

    return lifespan
