"""The instruments of the course: servers in the background, live clients, panels, bars and predictions."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from websocket_lab.server.short_traceback import shorten_tracebacks


if TYPE_CHECKING:
    from websocket_lab.client.connection_state import ConnectFailed, ConnectionEnded, State
    from websocket_lab.client.live_client import LiveClient
    from websocket_lab.grading.check import check
    from websocket_lab.grading.finished_exercise import finished_server
    from websocket_lab.grading.next_hint import hint
    from websocket_lab.grading.progress_view import progress
    from websocket_lab.grading.solution_view import compare, solution
    from websocket_lab.server.background_server import BackgroundServer, ServerStartError
    from websocket_lab.widgets.client_panel import ClientPanel
    from websocket_lab.widgets.page_view import PageView
    from websocket_lab.widgets.prediction import Prediction
    from websocket_lab.widgets.task_bars import TaskBars
    from websocket_lab.widgets.wire_tap import WireTap
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

# Each instrument is imported when it is first asked for, so that a kernel's first cell does not pay for all.
_MODULES = {
    "BackgroundServer": "server.background_server",
    "ClientPanel": "widgets.client_panel",
    "ConnectFailed": "client.connection_state",
    "ConnectionEnded": "client.connection_state",
    "LiveClient": "client.live_client",
    "PageView": "widgets.page_view",
    "Prediction": "widgets.prediction",
    "ServerStartError": "server.background_server",
    "State": "client.connection_state",
    "TaskBars": "widgets.task_bars",
    "WireTap": "widgets.wire_tap",
    "check": "grading.check",
    "compare": "grading.solution_view",
    "finished_server": "grading.finished_exercise",
    "hint": "grading.next_hint",
    "progress": "grading.progress_view",
    "show_frame": "wire.frame_view",
    "show_handshake": "wire.handshake_view",
    "solution": "grading.solution_view",
}


def __getattr__(name: str) -> Any:
    """Import an instrument on its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    instrument = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = instrument
    return instrument


def __dir__() -> list[str]:
    """Return what can be imported, whether it has been or not."""
    return sorted({*globals(), *__all__})


shorten_tracebacks()
