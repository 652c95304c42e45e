"""Step 13, scaling out: one chat on as many processes as you like, with Redis between them.

New since step 11: with REDIS_URL, everyone hears everyone, on whichever process they are.
Read first: step_13_memory_broker, then step_13_chat, then this, then step_13_redis_broker.
Run it: uvicorn server_snippets.step_13_scaling_out:app --workers 2
"""

# %% imports
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_07_message_reader import reply, texts
from server_snippets.step_10_heart import Lifespan
from server_snippets.step_13_chat import CHANNEL, Chat
from server_snippets.step_13_memory_broker import Broker, MemoryBroker
from server_snippets.step_13_redis_broker import RedisBroker
from server_snippets.step_13_supervisor import supervise


# %% not_accepted
NOT_ACCEPTED = {"type": "error", "code": "not_accepted", "detail": "The broker is away. Say it again."}


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


# %% app
def make_app(broker: Broker, kind: type[Chat] = Chat) -> FastAPI:
    """Return the app of one process; all that share the broker are one chat."""
    chat = kind(broker)
    app = FastAPI(lifespan=listening(chat))

    @app.websocket("/ws/{name}")
    async def talk(websocket: WebSocket, name: str, after: str = "") -> None:
        await chat.enter(websocket, name, after)
        try:
            async for text in texts(websocket):
                if not await chat.tell(name, text):
                    await reply(NOT_ACCEPTED, websocket)
        finally:
            chat.leave(websocket)

    return app


# %% choice
def choose_broker(url: str | None) -> Broker:
    """Return a broker over the Redis at `url`; without a `url`, one in memory."""
    return RedisBroker(url) if url else MemoryBroker()


app = make_app(choose_broker(os.environ.get("REDIS_URL")))
