"""The states of a live client's connection, and the errors that tell how it failed."""

from enum import StrEnum


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
