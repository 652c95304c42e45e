"""Step 6, five carriers of a token: which part of a connection can bring it.

Run it: uvicorn server_snippets.step_06_token_carriers:app
"""

# %% imports
import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets.step_06_authentication import is_right


# %% handshake
def offered_tokens(websocket: WebSocket) -> dict[str, str | None]:
    """Return what each carrier of the handshake brings."""
    return {
        "query": websocket.query_params.get("token"),
        "header": websocket.headers.get("authorization", "").removeprefix("Bearer "),
        "cookie": websocket.cookies.get("token"),
        "subprotocol": next(reversed(websocket.scope["subprotocols"]), None),
    }


# %% first_message
async def first_text(websocket: WebSocket) -> str | None:
    """Return the client's first message, or None if it is not text, or does not arrive within a second."""
    text: str | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            text = (await websocket.receive()).get("text")
    return text


# %% carrier
async def right_carrier(websocket: WebSocket) -> str | None:
    """Return the carrier that brought the right token, or None if none did."""
    offered = offered_tokens(websocket)
    if not any(offered.values()):
        offered["first message"] = await first_text(websocket)
    return next((carrier for carrier, token in offered.items() if is_right(token)), None)


# %% app
app = FastAPI()


@app.websocket("/ws")
async def sign_in(websocket: WebSocket) -> None:
    """Tell which carrier brought the right token; close with 4001 if none did."""
    is_chat = "chat" in websocket.scope["subprotocols"]
    await websocket.accept("chat" if is_chat else None)
    carrier = await right_carrier(websocket)
    # A client that has left needs no answer.
    with suppress(WebSocketDisconnect):
        if not carrier:
            return await websocket.close(4001, "Invalid token")
        await websocket.send_json({"type": "welcome", "by": carrier})
        await websocket.close()
