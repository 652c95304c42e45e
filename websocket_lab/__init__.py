"""The instruments of the course: servers in the background, live clients, panels and predictions."""

from websocket_lab.background_server import BackgroundServer, ServerStartError
from websocket_lab.connection_state import ConnectFailed, ConnectionEnded, State
from websocket_lab.live_client import LiveClient


__all__ = [
    "BackgroundServer",
    "ConnectFailed",
    "ConnectionEnded",
    "LiveClient",
    "ServerStartError",
    "State",
]
