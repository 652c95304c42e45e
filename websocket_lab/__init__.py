"""The instruments of the course: servers in the background, live clients, panels, bars and predictions."""

from websocket_lab.checking.check import check
from websocket_lab.client.connection_state import ConnectFailed, ConnectionEnded, State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.exercise.finished_exercise import finished_server
from websocket_lab.exercise.next_hint import hint
from websocket_lab.exercise.progress_view import progress
from websocket_lab.exercise.solution_view import compare, solution
from websocket_lab.panel.client_panel import ClientPanel
from websocket_lab.server.background_server import BackgroundServer, ServerStartError
from websocket_lab.server.short_traceback import shorten_tracebacks
from websocket_lab.tap.wire_tap import WireTap
from websocket_lab.widgets.page_view import PageView
from websocket_lab.widgets.prediction import Prediction
from websocket_lab.widgets.task_bars import TaskBars
from websocket_lab.wire.frame_view import show_frame
from websocket_lab.wire.handshake_view import show_handshake


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


shorten_tracebacks()
