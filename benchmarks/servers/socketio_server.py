"""python-socketio on uvicorn: a protocol of its own over WebSocket, with rooms."""

import asyncio
import socket
from typing import Any

import socketio
import uvicorn


server = socketio.AsyncServer(async_mode="asgi", ping_interval=600, transports=["websocket"])


@server.on("message")
async def message(sid: str, text: str) -> None:
    """Pass a text on to everyone."""
    await server.emit("message", text)


def main() -> None:
    """Serve until the process is ended."""
    app: Any = socketio.ASGIApp(server)
    config = uvicorn.Config(app, log_level="error", ws_per_message_deflate=False)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


main()
