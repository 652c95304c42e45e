"""How a connection ended, in words (RFC 6455, 7.4)."""

from websockets.exceptions import ConnectionClosed, PayloadTooBig, ProtocolError
from websockets.frames import CLOSE_CODE_EXPLANATIONS, Close


UNREADABLE = (PayloadTooBig, ProtocolError, UnicodeDecodeError)


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
