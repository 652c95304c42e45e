"""How a connection failed or ended, in words."""

import ssl

from websockets.exceptions import ConnectionClosed, InvalidStatus, PayloadTooBig, ProtocolError
from websockets.frames import CLOSE_CODE_EXPLANATIONS, Close

from websocket_lab.client.connection_state import ConnectFailed


UNREADABLE = (PayloadTooBig, ProtocolError, UnicodeDecodeError)


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


def closing_words(closed: ConnectionClosed) -> str:
    """Return who ended the connection, with the close code, what it means, and the reason given."""
    frame = ending(closed)
    if frame is None:
        return f"closed: 1006 abnormal closure, no close frame came{_unanswered(closed)}"

    is_theirs = closed.rcvd and (closed.sent is None or closed.rcvd_then_sent)
    side = "the server" if is_theirs else "this client"
    words = f"closed by {side}: {frame.code} {close_code_meaning(frame.code)}"
    return f"{words} ({frame.reason})" if frame.reason else words


def ending(closed: ConnectionClosed) -> Close | None:
    """Return the close frame that says how the connection ended; None if it was cut."""
    # What could not be read ends the connection by our own close frame, which need not be answered.
    return closed.rcvd or (closed.sent if isinstance(closed.__cause__, UNREADABLE) else None)


def _unanswered(closed: ConnectionClosed) -> str:
    return f" in answer to our {closed.sent.code}" if closed.sent else ""


def close_code_meaning(code: int) -> str:
    """Return what a close code means in a few words (RFC 6455, 7.4; IANA registry)."""
    if code in CLOSE_CODE_EXPLANATIONS:
        return str(CLOSE_CODE_EXPLANATIONS[code]).removesuffix(" [internal]")
    if 3000 <= code < 4000:
        return "registered"
    if 4000 <= code < 5000:
        return "private use"
    return "unknown"
