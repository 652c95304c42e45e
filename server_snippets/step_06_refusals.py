"""Step 6, four ways to say no: what a client learns depends on when and how it is refused.

Run it: uvicorn server_snippets.step_06_refusals:app
"""

# %% imports
from fastapi import FastAPI, HTTPException, WebSocket


# %% app
app = FastAPI()


@app.websocket("/ws/{way}")
async def refuse(websocket: WebSocket, way: str) -> None:
    """Refuse in one of four ways: before-accept, http, own-code, policy."""
    if way == "before-accept":
        return await websocket.close(4001, "Invalid token")
    if way == "http":
        raise HTTPException(401, "Invalid token")

    await websocket.accept()
    await websocket.close(4001 if way == "own-code" else 1008, "Invalid token")
