"""Step 13, scaling out: one chat on as many processes as you like, with Redis between them.

New since step 11: with REDIS_URL, everyone hears everyone, on whichever process they are.
Run it: uvicorn server_snippets.step_13_scaling_out:app --workers 2
"""

# %% imports
import os

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_07_message_reader import reply, texts
from server_snippets.step_13_chat import Chat
from server_snippets.step_13_listening import listening
from server_snippets.step_13_memory_broker import Broker, MemoryBroker
from server_snippets.step_13_redis_broker import RedisBroker


# %% not_accepted
NOT_ACCEPTED = {"type": "error", "code": "not_accepted", "detail": "The broker is away. Say it again."}


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
