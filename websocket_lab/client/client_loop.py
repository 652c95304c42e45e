"""One event loop in a background thread, shared by all live clients of this process."""

import atexit
from contextlib import ExitStack
from functools import cache
from threading import Lock

from anyio.from_thread import BlockingPortal, start_blocking_portal


_portal_lifetime = ExitStack()
# A portal that is left to the garbage collector waits for its own dead thread.
atexit.register(_portal_lifetime.close)
_turn = Lock()


def client_loop() -> BlockingPortal:
    """Return the portal to the clients' event loop, which runs until the process ends."""
    # Two threads that ask first, at the same moment, get the same one.
    with _turn:
        return _portal()


@cache
def _portal() -> BlockingPortal:
    # Not the kernel's loop: that one stands still while a cell computes or sleeps.
    return _portal_lifetime.enter_context(start_blocking_portal(name="websocket-lab-clients"))
