"""Text that can always be shown, whatever the learner's objects and servers come up with."""

import re

from websocket_lab.server.thread_interrupt import Interrupted


LONGEST_REPR = 200
# The same character many times, as in a text that was made long with dots.
RUN = re.compile(r"(.)\1{15,}")


def encodable(text: str) -> str:
    """Return `text` with an escape such as `\\ud83d` for each character that UTF-8 cannot encode."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def shortened(text: str, longest: int) -> str:
    """Return a long text without its middle, and of a run of one character only the first few."""
    text = RUN.sub(r"\1\1\1\1…", text)
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"


def safe_repr(thing: object) -> str:
    """Return the repr of an object, shortened; where it raises an exception, one that names its type."""
    try:
        text = repr(thing)
    except Interrupted:
        raise
    except BaseException:
        return f"<{type(thing).__name__} object whose __repr__ raises an exception>"
    return encodable(shortened(text, LONGEST_REPR))
