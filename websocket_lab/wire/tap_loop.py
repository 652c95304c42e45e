"""One event loop in a background thread, shared by all taps of this process."""

import atexit
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from threading import Lock

from anyio.from_thread import BlockingPortal, start_blocking_portal


_portal_lifetime = ExitStack()
# A portal that is left to the garbage collector waits for its own dead thread.
atexit.register(_portal_lifetime.close)
_turn = Lock()


def tap_loop() -> BlockingPortal:
    """Return the portal to the taps' event loop, which runs until the process ends."""
    # Two threads that ask first, at the same moment, get the same one.
    with _turn:
        return _portal()


@cache
def _portal() -> BlockingPortal:
    # uvloop keeps the wire moving while a cell computes; asyncio's own loop nearly stands still then.
    options = {"use_uvloop": find_spec("uvloop") is not None}
    portal = start_blocking_portal(backend_options=options, name="websocket-lab-wire")
    return _portal_lifetime.enter_context(portal)
