"""Large messages: what happens to a client that stops reading them.

Its endpoint sends without a limit, as most do.
Used by: notebooks/10_heartbeat.ipynb
"""

# %% imports
from fastapi import FastAPI, WebSocket


# %% app
FILM = "film" * 5_000_000
app = FastAPI()
watchers: set[str] = set()


@app.websocket("/ws/{name}")
async def film(websocket: WebSocket, name: str) -> None:
    """Send 20 MB for each text, until the client leaves."""
    await websocket.accept()
    watchers.add(name)
    try:
        async for _ in websocket.iter_text():
            await websocket.send_text(FILM)
    finally:
        watchers.discard(name)
