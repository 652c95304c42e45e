"""A client's log as the rows that a panel shows."""

from collections.abc import Sequence
from typing import TypedDict

from websocket_lab.client.client_log import LogEntry
from websocket_lab.panel.presence import json_object
from websocket_lab.server.safe_text import encodable


# A row is for reading: what is longer than this is cut, and says so.
MOST_CHARACTERS = 2_000
MOST_BYTES = 64


class Row(TypedDict):
    """One row of a panel's log: `kind` is `text`, `json`, `bytes` or `event`."""

    time: str
    direction: str
    kind: str
    text: str
    note: str


def row(entry: LogEntry) -> Row:
    """Return the row that shows `entry`."""
    kind, text = readable(entry)
    shown, note = shorten(text)
    if isinstance(entry.message, bytes):
        note = f"{len(entry.message):,} byte{'' if len(entry.message) == 1 else 's'}"
    time, text = f"{entry.time:%H:%M:%S}", encodable(shown)
    return Row(time=time, direction=entry.direction, kind=kind, text=text, note=note)


def readable(entry: LogEntry) -> tuple[str, str]:
    """Return the kind of the entry's message, and the message as text, bytes in hexadecimal."""
    message = entry.message
    if isinstance(message, bytes):
        more = " …" if len(message) > MOST_BYTES else ""
        return "bytes", message[:MOST_BYTES].hex(" ") + more
    if entry.direction == "event":
        return "event", message
    if json_object(message) is not None:
        # As it crossed: a formatted text has other characters, and the browser can make one.
        return "json", message
    return "text", message


def shorten(text: str) -> tuple[str, str]:
    """Return the text that a row shows, and a note about what it leaves out."""
    left_out = len(text) - MOST_CHARACTERS
    if left_out <= 0:
        return text, ""
    return text[:MOST_CHARACTERS], f"… {left_out:,} more characters"


def entries_after(last: LogEntry | None, log: Sequence[LogEntry]) -> Sequence[LogEntry]:
    """Return what came into the log after the entry `last`; all of it if `last` is no longer there."""
    for position in range(len(log) - 1, -1, -1):
        if log[position] is last:
            return log[position + 1 :]
    return log
