"""Step 2, echo: whatever a client says comes back.

New since step 1: the client speaks, too, and the server answers over the same connection.
Run it: uvicorn server_snippets.step_02_echo:app
"""

# %% app
from fastapi import FastAPI, WebSocket


app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    """Send every text back until the client leaves."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"Echo: {text}")
