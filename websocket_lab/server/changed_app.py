"""Says under a cell that was run again that a running server still serves the app of its last run."""

import sys
from collections.abc import Mapping
from typing import Protocol
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython

from websocket_lab.server.asgi_app import is_app
from websocket_lab.server.cell_registry import running_cell


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
    """From now on, say once under the cell that has made the app, when it makes another, what that means."""
    shell = get_ipython()
    if shell is None:
        return

    # `_` and its like are IPython's names for what a cell has shown.
    names = [name for name, value in shell.user_ns.items() if value is server.app and name[0] != "_"]
    _names[server] = {name: _made_in(name, server.app) for name in names}


def _made_in(name: str, value: object) -> str | None:
    """Return the id of the cell that has given the name to this value; None if that is not known."""
    made, cell = _made.get(name, (0, None))
    return cell if made == id(value) else _here()


def _here() -> str | None:
    cell = running_cell()
    return cell[0] if cell else None


def _look(_: object = None) -> None:
    shell = get_ipython()
    if shell is None:
        return

    _tell(shell.user_ns)
    _note(shell.user_ns, _here())


def _tell(namespace: Mapping[str, object]) -> None:
    here = _here()
    running = [server for server in _names if server.is_running]
    served = {id(server.app) for server in running}
    for server in running:
        for name, cell in sorted(_names[server].items()):
            value = namespace.get(name)
            # Another cell may use the name for an app of its own, as the next chapter of a notebook does.
            if value is server.app or cell not in (None, here) or not is_app(value):
                continue
            del _names[server][name]
            # A cell that has started a server for the new app, too, needs no advice.
            if id(value) not in served:
                print(NOTICE.format(name=name, port=server.port), file=sys.stderr)


def _note(namespace: Mapping[str, object], cell: str | None) -> None:
    for name, value in list(namespace.items()):
        if _made.get(name, (0, None))[0] != id(value):
            _made[name] = id(value), cell


_names: WeakKeyDictionary[Server, dict[str, str | None]] = WeakKeyDictionary()
# By name: the id of the object that has it, and the cell that has given it.
_made: dict[str, tuple[int, str | None]] = {}

if (_shell := get_ipython()) is not None:
    # What is there already was made by cells that nobody has watched.
    _note(_shell.user_ns, None)
    _shell.events.register("post_run_cell", _look)
