"""Step 4, the usual way: a list of connections and a loop over it.

This is the manager that most tutorials show. It works as long as nothing goes wrong.
Run it: uvicorn server_snippets.step_04_naive_broadcast:app
"""

# %% imports
from fastapi import FastAPI, WebSocket, WebSocketDisconnect


# %% manager
class NaiveManager:
    """A list of connections, and a loop that sends to each of them."""

    def __init__(self) -> None:
        self.active_connections: list[WebSocket] = []

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a client and remember it."""
        await websocket.accept()
        self.active_connections.append(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client."""
        self.active_connections.remove(websocket)

    async def broadcast(self, message: str) -> None:
        """Send `message` to one client after the other."""
        for connection in self.active_connections:
            await connection.send_text(message)


# %% app
def app_with(manager: NaiveManager) -> FastAPI:
    """Return an app whose clients `manager` remembers."""
    app = FastAPI()

    @app.websocket("/ws")
    async def chat(websocket: WebSocket) -> None:
        """Pass each text on to everyone until this client leaves."""
        await manager.connect(websocket)
        try:
            while True:
                await manager.broadcast(await websocket.receive_text())
        except WebSocketDisconnect:
            manager.disconnect(websocket)

    return app


# %% served
manager = NaiveManager()
app = app_with(manager)
