"""A client's log as the rows that a panel shows."""

import json
from collections.abc import Sequence
from typing import TypedDict

from websocket_lab.client.client_log import LogEntry
from websocket_lab.panel.presence import json_object


# A row is for reading: what is longer than this is cut, and says so.
MOST_CHARACTERS = 2_000
MOST_BYTES = 64
ONE_LINE = 72


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
    return Row(time=f"{entry.time:%H:%M:%S}", direction=entry.direction, kind=kind, text=shown, note=note)


def readable(entry: LogEntry) -> tuple[str, str]:
    """Return the kind of the entry's message, and the message as a person reads it."""
    message = entry.message
    if isinstance(message, bytes):
        more = " …" if len(message) > MOST_BYTES else ""
        return "bytes", message[:MOST_BYTES].hex(" ") + more
    if entry.direction == "event":
        return "event", message
    if json_object(message) is not None:
        return "json", readable_json(message)
    return "text", message


def readable_json(message: str) -> str:
    """Return a JSON text on one line where that is short, indented where it is long."""
    if len(message) > MOST_CHARACTERS:
        return message

    value = json.loads(message)
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)


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
