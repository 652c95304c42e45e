"""Step 6, authentication: who may talk, and how each client hears that it may not.

New since step 5: a token is compared in constant time, and a foreign page is kept out.
Run it: uvicorn server_snippets.step_06_authentication:app
"""

# %% imports
import secrets
from urllib.parse import urlsplit

from fastapi import FastAPI, HTTPException, WebSocket


# %% token
# A real server reads its token from the environment, never from its source.
TOKEN = "secret-token"


def is_right(offered: str | None) -> bool:
    """Compare in constant time: how long it takes tells nothing about the token."""
    return secrets.compare_digest((offered or "").encode(), TOKEN.encode())


# %% origin
def is_own_page(websocket: WebSocket) -> bool:
    """Return whether no browser asks, or one that shows a page of this server."""
    origin = websocket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == websocket.headers["host"]


# %% carriers
def offered_tokens(websocket: WebSocket) -> dict[str, str | None]:
    """Return what each carrier of a token brings; a browser's WebSocket can set no `Authorization`."""
    return {
        "query": websocket.query_params.get("token"),
        "header": websocket.headers.get("authorization", "").removeprefix("Bearer ") or None,
        "cookie": websocket.cookies.get("token"),
        "subprotocol": websocket.headers.get("sec-websocket-protocol"),
    }


# %% app
app = FastAPI()


@app.websocket("/ws/auth")
async def authenticate(websocket: WebSocket, token: str | None = None) -> None:
    """Welcome the right token and echo; close with 4001, which every client can read."""
    if not is_own_page(websocket):
        # Before accept() a close becomes HTTP 403: no connection, no code.
        return await websocket.close()

    await websocket.accept()
    if not is_right(token):
        return await websocket.close(4001, "Invalid token")

    await websocket.send_json({"type": "welcome"})
    async for text in websocket.iter_text():
        await websocket.send_text(f"Echo: {text}")


# %% refusals
refusals = FastAPI()


@refusals.websocket("/ws/{way}")
async def refuse(websocket: WebSocket, way: str) -> None:
    """Refuse in one of four ways: before-accept, http, private-code, policy."""
    if way == "before-accept":
        return await websocket.close(4001, "Nobody reads this")
    if way == "http":
        raise HTTPException(401, "Invalid token")

    await websocket.accept()
    await websocket.close(4001 if way == "private-code" else 1008, "Invalid token")
