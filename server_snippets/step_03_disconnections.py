"""Step 3, disconnections: every conversation ends with a close code that tells why.

New since step 2: the server says goodbye itself, and notes how each conversation ended.
Run it: uvicorn server_snippets.step_03_disconnections:app
"""

# %% imports
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException


# %% converse
diary: deque[str] = deque(maxlen=100)


async def converse(websocket: WebSocket, conversation: Callable[[WebSocket], Awaitable[None]]) -> None:
    """Hold a conversation, end it in words whatever happens, and note how it ended."""
    await websocket.accept()
    try:
        await conversation(websocket)
        await websocket.close(1000, "Goodbye")
        diary.append("said goodbye")
    except WebSocketDisconnect as left:
        # There is nobody to close with.
        diary.append(f"WebSocketDisconnect {left.code} {left.reason}".rstrip())
    except WebSocketException as refusal:
        diary.append(f"WebSocketException {refusal.code} {refusal.reason}")
        # Starlette closes with its code and its reason.
        raise
    except Exception as bug:
        diary.append(repr(bug))
        # The client may have gone, too.
        with suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(1011, "Something broke here")
        raise


# %% answer
async def next_text(websocket: WebSocket) -> str:
    """Return the client's next text; raise WebSocketDisconnect if it has left."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"], message.get("reason"))
    if message.get("text") is None:
        raise WebSocketException(1003, "Text only, please")
    return str(message["text"])


async def share_cake(websocket: WebSocket) -> None:
    """Say what each of so many guests gets of 1,000 g of cake, until the client says `bye`."""
    while True:
        text = await next_text(websocket)
        if text == "bye":
            return
        if not text.isdecimal():
            raise WebSocketException(1008, "Numbers only, please")
        # A bug, left in on purpose: nobody has thought of 0 guests.
        await websocket.send_text(f"{1000 / int(text):.0f} g each")


# %% app
app = FastAPI()


@app.websocket("/ws")
async def cake(websocket: WebSocket) -> None:
    """Share a cake until one of the two says goodbye."""
    await converse(websocket, share_cake)
