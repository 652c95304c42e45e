"""Text that can always be shown, whatever the learner's objects and servers come up with."""

from websocket_lab.server.thread_interrupt import Interrupted


LONGEST_REPR = 200


def encodable(text: str) -> str:
    """Return `text` with an escape such as `\\ud83d` for each character that UTF-8 cannot encode."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def safe_repr(thing: object) -> str:
    """Return the repr of an object, shortened; where it raises an exception, one that names its type."""
    try:
        text = repr(thing)
    except Interrupted:
        raise
    except BaseException:
        return f"<{type(thing).__name__} object whose __repr__ raises an exception>"
    return encodable(text if len(text) <= LONGEST_REPR else f"{text[:LONGEST_REPR]}…")
