"""The instruments of the course: servers in the background, live clients, panels, bars and predictions."""

from websocket_lab.background_server import BackgroundServer, ServerStartError
from websocket_lab.checking.check import check
from websocket_lab.client_panel import ClientPanel
from websocket_lab.connection_state import ConnectFailed, ConnectionEnded, State
from websocket_lab.finished_exercise import finished_server
from websocket_lab.live_client import LiveClient
from websocket_lab.next_hint import hint
from websocket_lab.page_view import PageView
from websocket_lab.prediction import Prediction
from websocket_lab.progress_view import progress
from websocket_lab.solution_view import compare, solution
from websocket_lab.task_bars import TaskBars
from websocket_lab.wire.frame_view import show_frame
from websocket_lab.wire.handshake_view import show_handshake
from websocket_lab.wire_tap import WireTap


__all__ = [
    "BackgroundServer",
    "ClientPanel",
    "ConnectFailed",
    "ConnectionEnded",
    "LiveClient",
    "PageView",
    "Prediction",
    "ServerStartError",
    "State",
    "TaskBars",
    "WireTap",
    "check",
    "compare",
    "finished_server",
    "hint",
    "progress",
    "show_frame",
    "show_handshake",
    "solution",
]
