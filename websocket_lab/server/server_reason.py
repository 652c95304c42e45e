"""Why a server of this kernel has failed its client: what it raised meanwhile, in one sentence."""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary


REASON = "The server raised {}. See under the cell that started it, or print(server.errors[-1])."
LOOPBACK = ("127.0.0.1", "localhost")
LONGEST_LINE = 200
# Frames are indented; the parts of an exception group stand behind a line.
EXCEPTION_LINE = re.compile(r"^(?: +\| )?(\S.*)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Raised:
    """One exception that was shown: another is another, even if it says the same."""

    traceback: str

    def __str__(self) -> str:
        """Return the exception's type and the first line of its message."""
        _, _, end = self.traceback.rpartition("Traceback (most recent call last):")
        found = EXCEPTION_LINE.search(end)
        line = found[1].rstrip(".") if found else "an exception"
        return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


class Listener(Protocol):
    """What listens on a port, and knows the last exception that was shown of the app behind it."""

    @property
    def last_raised(self) -> Raised | None:
        """The last exception that was shown, or None if there was none."""


class ServerReason:
    """What the server at an address raises from now on; nothing, if it is no server of this kernel."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._before = _last_raised(url)

    def __str__(self) -> str:
        """Return a sentence with the last of it and where to read on, or "" if there is none."""
        last = _last_raised(self._url)
        return "" if last is None or last is self._before else REASON.format(last)


def note_listener(port: int, listener: Listener) -> None:
    """Let the clients of `port` ask `listener` for what was raised, for as long as there is a listener."""
    _listeners[port] = listener


def _last_raised(url: str) -> Raised | None:
    try:
        address = urlsplit(url)
        listener = _listeners.get(address.port or 0) if address.hostname in LOOPBACK else None
    except ValueError:
        # Not every address has a port that is a number: to connect says so.
        return None
    return listener.last_raised if listener else None


_listeners: WeakValueDictionary[int, Listener] = WeakValueDictionary()
