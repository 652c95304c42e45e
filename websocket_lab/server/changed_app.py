"""Says under a cell that a running server still serves the app which the cell has replaced."""

import sys
from typing import Protocol
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython

from websocket_lab.server.asgi_app import is_app


NOTICE = (
    "{name} is another app now, but the server on port {port} still runs the old one. "
    "Run the cell that starts the server again."
)


class Server(Protocol):
    """A server of this kernel, and the app that it serves."""

    port: int

    @property
    def app(self) -> object:
        """The app that is served."""

    @property
    def is_running(self) -> bool:
        """Whether the server is running."""


def watch_app(server: Server) -> None:
    """From now on, say once under the cell that gives the app's name to another app what that means."""
    shell = get_ipython()
    if shell is None:
        return

    # `_` and its like are IPython's names for what a cell has shown.
    names = {name for name, value in shell.user_ns.items() if value is server.app and name[0] != "_"}
    _names[server] = names
    shell.events.register("post_run_cell", _tell)


def _tell(_: object = None) -> None:
    shell = get_ipython()
    if shell is None:
        return

    running = [server for server in _names if server.is_running]
    served = {id(server.app) for server in running}
    for server in running:
        for name in sorted(_names[server]):
            value = shell.user_ns.get(name)
            # A cell that has started a server for the new app, too, needs no advice.
            if value is not server.app and is_app(value):
                _names[server].discard(name)
                if id(value) not in served:
                    print(NOTICE.format(name=name, port=server.port), file=sys.stderr)


_names: WeakKeyDictionary[Server, set[str]] = WeakKeyDictionary()
