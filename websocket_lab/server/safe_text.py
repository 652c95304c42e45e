"""Text that can always be shown, whatever the learner's objects and servers come up with."""

import re

from websocket_lab.server.thread_interrupt import Interrupted


LONGEST_REPR = 200
# Of a longer text nobody reads the middle, and a notebook that holds it opens slowly.
LONGEST_TEXT, MOST_LINES = 4_000, 60
# The same character many times, as in a text that was made long with dots.
RUN = re.compile(r"(.)\1{15,}")
# They move a terminal's cursor or change its colours; a line's end and a tab do no harm.
# They turn round what stands after them, so that a name or a message looks like another.
OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile(r"[^\S \n\t]|[\x00-\x08\x0e-\x1b\x7f-\x9f]")


def encodable(text: str) -> str:
    """Return `text` with an escape such as `\\ud83d` for each character that UTF-8 cannot encode."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def visible(text: str) -> str:
    """Return text that can be encoded, with `⟨U+202E⟩` for each character that would turn it round."""
    return encodable(OVERRIDES.sub(lambda found: f"⟨U+{ord(found[0]):X}⟩", text))


def readable(text: str) -> str:
    """Return `text` without the middle of what is very long, and with an escape for what cannot be shown."""
    lines = _without_middle(text, LONGEST_TEXT).split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES // 2], "…", *lines[-MOST_LINES // 2 :]]
    return encodable(CONTROL.sub(lambda found: ascii(found[0])[1:-1], "\n".join(lines)))


def shortened(text: str, longest: int) -> str:
    """Return a long text without its middle, and of a run of one character only the first few."""
    text = RUN.sub(r"\1\1\1\1…", _without_middle(text, max(longest, LONGEST_TEXT)))
    return _without_middle(text, longest)


def plain_text(thing: object) -> str:
    """Return a text as it is, without what a subclass of str makes of it; of anything else a safe repr."""
    return str.__str__(thing) if issubclass(type(thing), str) else safe_repr(thing)


def safe_repr(thing: object) -> str:
    """Return the repr of an object, shortened; where it raises an exception, one that names its type."""
    try:
        text = repr(thing)
    except Interrupted:
        raise
    except BaseException:
        return f"<{type(thing).__name__} object whose __repr__ raises an exception>"
    return encodable(shortened(text, LONGEST_REPR))


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"
