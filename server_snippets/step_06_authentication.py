"""Step 6, authentication: who may talk, and how each client hears that it may not.

New since step 5: a token is compared in constant time, a foreign page is kept out, and no token is logged.
Run it: uvicorn server_snippets.step_06_authentication:app
"""

# %% imports
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket

from server_snippets.server.logs import redacted_tokens


# %% token
# A real server reads its token from the environment, never from its source.
TOKEN = "secret-token"


def is_right(offered: str | None) -> bool:
    """Compare in constant time: how long it takes tells nothing about the token."""
    return secrets.compare_digest((offered or "").encode(), TOKEN.encode())


# %% origin
def is_own_page(websocket: WebSocket) -> bool:
    """Return whether no browser asks, or one that shows a page of this server."""
    host = websocket.headers["host"]
    return websocket.headers.get("origin") in (None, f"http://{host}", f"https://{host}")


# %% lifespan
@asynccontextmanager
async def keep_secrets(app: FastAPI) -> AsyncIterator[None]:
    """Keep tokens out of the log for as long as the server runs."""
    with redacted_tokens():
        yield


# %% app
app = FastAPI(lifespan=keep_secrets)


@app.websocket("/ws/auth")
async def authenticate(websocket: WebSocket, token: str | None = None) -> None:
    """Welcome the right token and echo; close with 4001, which every client can read."""
    if not is_own_page(websocket):
        # Nobody on a foreign page needs a reason: HTTP 403.
        return await websocket.close()

    await websocket.accept()
    if not is_right(token):
        return await websocket.close(4001, "Invalid token")

    await websocket.send_json({"type": "welcome"})
    async for text in websocket.iter_text():
        await websocket.send_text(f"Echo: {text}")
