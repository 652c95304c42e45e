"""Step 5, path and query parameters: the address tells who is connecting, and how.

New since step 4: FastAPI reads `client_id` and `loud` from the address, and rejects what it cannot convert.
Run it: uvicorn server_snippets.step_05_parameters:app
"""

# %% imports
from contextlib import suppress

from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import GONE, ConnectionManager


# %% relay
async def relay(websocket: WebSocket, name: str, loud: bool) -> None:
    """Tell everyone what this client says, in capitals if it is loud, until it leaves."""
    # A client that has left already has nothing to read.
    with suppress(*GONE):
        async for text in websocket.iter_text():
            await manager.broadcast(f"{name}: {text.upper() if loud else text}")


# %% app
manager = ConnectionManager()
app = FastAPI()


# The first match wins, and /ws/{client_id} matches /ws/json too: fixed paths come first.
@app.websocket("/ws/json")
async def welcome(websocket: WebSocket) -> None:
    """Greet in JSON: this is a fixed path, without a parameter."""
    await websocket.accept()
    await websocket.send_json({"type": "welcome"})
    await websocket.close()


@app.websocket("/ws/{client_id}")
async def join(websocket: WebSocket, client_id: int, loud: bool = False) -> None:
    """Tell everyone who joins, what each says, and who leaves: /ws/7?loud=true."""
    await manager.connect(websocket)
    try:
        await manager.broadcast(f"Client {client_id} joined")
        await relay(websocket, f"Client {client_id}", loud)
    finally:
        manager.disconnect(websocket)
        await manager.broadcast(f"Client {client_id} left")
