"""The states of a live client's connection, and the errors that tell how it failed."""

import ssl
from enum import StrEnum

from websockets.exceptions import InvalidStatus


class State(StrEnum):
    """What a live client is doing, in words that a panel shows."""

    NOT_CONNECTED = "not connected"
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    REFUSED = "refused"


class ConnectFailed(ConnectionError):
    """The opening handshake did not succeed; `status` is the HTTP status, or None if no HTTP answer came."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ConnectionEnded(ConnectionError):
    """The connection is not open, so nothing can be sent or received."""


def connect_failure(url: str, name: str, error: Exception) -> ConnectFailed:
    """Return the error that says why the opening handshake failed and what to do."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return ConnectFailed(f"The server refused {name}'s handshake with HTTP {status}.", status)
    if isinstance(error, TimeoutError):
        return ConnectFailed(
            f"{url} did not answer {name}'s handshake in time. Is its handler stuck before accept()?"
        )
    if isinstance(error, ssl.SSLError):
        return tls_failure(url, name, error)
    if isinstance(error, OSError):
        return ConnectFailed(
            f"Nothing answers at {url}. Run the cell that starts the server, then connect again."
        )
    if not url.startswith(("ws://", "wss://")):
        return ConnectFailed(
            f"{name} could not connect to {url}: a WebSocket's address begins with ws:// or wss://, "
            'as server.url("/ws") does.'
        )
    return ConnectFailed(f"{name} could not connect to {url}: {error}")


def tls_failure(url: str, name: str, error: ssl.SSLError) -> ConnectFailed:
    """Return the error that says why no encrypted connection came about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectFailed(f"{name} does not trust the certificate of {url}: {error.verify_message}.")
    return ConnectFailed(f"{name} and {url} do not agree on TLS: {error.reason}.")
