"""Why a server of this kernel has failed its client: what failed there meanwhile, in one sentence."""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from websocket_lab.server.asgi_app import wrong_path


REASON = "The server raised {}. See under the cell that started it, or print(server.errors[-1])."
LOOPBACK = ("127.0.0.1", "localhost")
LONGEST_LINE = 200
# Frames are indented; the parts of an exception group stand behind a line.
EXCEPTION_LINE = re.compile(r"^(?: +\| )?(\S.*)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Trouble:
    """A sentence about what went wrong in a server: another is another, even if it says the same."""

    sentence: str


class Listener(Protocol):
    """A server on a port, with the app that it serves and the error that was last raised there."""

    @property
    def app(self) -> object:
        """The app that is served, or None if it is not known."""

    @property
    def last_trouble(self) -> Trouble | None:
        """The last exception or forgotten await that was shown, or None if there was none."""


class ServerReason:
    """What goes wrong in the server at an address from now on; nothing, if it is no server of this kernel."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._before = _last_trouble(url)

    def __str__(self) -> str:
        """Return a sentence with the last of it and where to read on, or "" if there is none."""
        last = _last_trouble(self._url)
        return "" if last is None or last is self._before else last.sentence

    def of_refusal(self) -> str:
        """Return a sentence with the paths that the server has, if this address has none of them, else ""."""
        listener = _listener(self._url)
        return wrong_path(listener.app, urlsplit(self._url).path or "/") if listener else ""


def raised(shown: str) -> Trouble:
    """Return in a sentence what was raised, of an exception that is shown as a headline and a traceback."""
    _, _, traceback = shown.partition("\n")
    _, _, end = traceback.rpartition("Traceback (most recent call last):")
    found = EXCEPTION_LINE.search(end)
    line = found[1].rstrip(".") if found else "an exception"
    return Trouble(REASON.format(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"))


def note_listener(port: int, listener: Listener) -> None:
    """Let the clients of `port` ask `listener` for what went wrong, for as long as there is a listener."""
    _listeners[port] = listener


def _last_trouble(url: str) -> Trouble | None:
    listener = _listener(url)
    return listener.last_trouble if listener else None


def _listener(url: str) -> Listener | None:
    try:
        address = urlsplit(url)
        return _listeners.get(address.port or 0) if address.hostname in LOOPBACK else None
    except ValueError:
        # Not every address has a port that is a number: to connect says so.
        return None


_listeners: WeakValueDictionary[int, Listener] = WeakValueDictionary()
