"""What a panel shows: its client's state, log and people, live and as text and plain HTML."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Protocol, TypedDict

from websocket_lab.client.client_log import LogEntry, json_object, transcript
from websocket_lab.client.connection_state import State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.server.safe_text import visible
from websocket_lab.wire.close_words import close_code_meaning


# A row is for reading: what is longer than this is cut, and says so.
MOST_CHARACTERS = 2_000
MOST_BYTES = 64
MOST_ROWS = 500
SHORTEST_PAUSE = 0.05
# Jupyter's server drops messages above 1 MB a second, so a panel stays well below.
CHARACTERS_PER_SECOND = 400_000
MOST_LINES = 20
FRAME = (
    "border: 1px solid #8888; border-radius: 12px; padding: 12px 16px; margin: 6px 0; max-width: 720px; "
    "font-family: system-ui, sans-serif; line-height: 1.5"
)
ASLEEP = "This is how the panel looked. It is live while its kernel runs: run this cell again."


class Presence:
    """What is known about a chat room's people; it stays silent until a message tells about them."""

    def __init__(self) -> None:
        self.online: set[str] | None = None
        # Notices alone do not tell who was there before.
        self.has_whole_list = False
        self.typing: set[str] = set()

    def read(self, message: str | bytes) -> None:
        """Learn from a received message; one that is not about people changes nothing."""
        match json_object(message):
            case {"type": "users", "users": [*names]}:
                self.has_whole_list = True
                self.online = {name for name in names if isinstance(name, str)}
            case {"type": "joined", "username": str(name)}:
                self.online = (self.online or set()) | {name}
            case {"type": "left", "username": str(name)}:
                self.online = (self.online or set()) - {name}
                self.typing.discard(name)
            case {"type": "typing", "username": str(name), "active": active}:
                self.typing = self.typing | {name} if active else self.typing - {name}

    @property
    def online_words(self) -> str:
        """Who is online as a phrase: all, or those who were seen to join; nothing where nobody is known."""
        names = ", ".join(sorted(self.online or ()))
        if self.has_whole_list:
            return f"Online: {names or 'nobody'}"
        return f"Joined so far: {names}" if names else ""

    @property
    def typing_words(self) -> str:
        """Who is typing as a phrase, or nothing while nobody is."""
        names = sorted(self.typing)
        if not names:
            return ""
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} typing …"


class Connection(Protocol):
    """The part of a live client that its panel's face is read from."""

    @property
    def state(self) -> State:
        """What the connection is doing."""

    @property
    def close_code(self) -> int | None:
        """The close code of the last connection."""

    @property
    def reason(self) -> str:
        """What the server has raised meanwhile, in a sentence, or nothing."""


class Face(TypedDict):
    """A panel's state at one moment, as the browser gets it."""

    state: str
    words: str
    online: str
    typing: str
    alert: str
    answered: int


def state_words(connection: Connection, status: int | None = None) -> str:
    """Return the state in words, with the close code or the refusal's HTTP status where there is one."""
    if connection.state is State.CLOSED and connection.close_code is not None:
        return f"closed · {connection.close_code} {close_code_meaning(connection.close_code)}"
    if connection.state is State.REFUSED and status is not None:
        return f"refused · HTTP {status}"
    return str(connection.state)


def ending_reason(connection: Connection) -> str:
    """Return what the server raised, where that ended the connection or refused it; else nothing."""
    return connection.reason if connection.state in (State.CLOSED, State.REFUSED) else ""


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
    time, text = f"{entry.time:%H:%M:%S}", visible(shown)
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


class PanelPainter:
    """Turns a client's changes into a face and rows, on the client loop's thread."""

    def __init__(
        self, client: LiveClient, show_face: Callable[[Face], None], send: Callable[[dict[str, Any]], None]
    ) -> None:
        self.alert = ""
        self.answered = 0
        self.status: int | None = None
        self._client = client
        self._show_face = show_face
        self._send = send
        self._presence = Presence()
        self._rows: deque[Row] = deque(maxlen=MOST_ROWS)
        self._last: LogEntry | None = None
        self._total = 0
        self._is_due = False
        self._next_time = 0.0

    def paint_soon(self) -> None:
        """Paint at once after a pause, else together with what else comes until the pause is over."""
        if self._is_due:
            return

        self._is_due = True
        loop = asyncio.get_running_loop()
        loop.call_at(max(loop.time(), self._next_time), self.paint)

    def paint(self) -> None:
        """Show now how the client is, and the rows that are new."""
        self._is_due = False
        fresh = self._read_log()
        self._show_face(self.face())
        if fresh:
            self._send_rows(fresh)

        size = sum(len(row["text"]) + 100 for row in fresh)
        self._next_time = asyncio.get_running_loop().time() + max(
            SHORTEST_PAUSE, size / CHARACTERS_PER_SECOND
        )

    def send_all(self) -> None:
        """Send all rows that are kept, for a browser that has just opened the panel."""
        self._send_rows(list(self._rows))

    def face(self) -> Face:
        """Return what the panel says about its client now."""
        return Face(
            state=self._client.state.value,
            words=state_words(self._client, self.status),
            # JSON can hold names that cannot be sent to the browser as they are.
            online=visible(self._presence.online_words),
            typing=visible(self._presence.typing_words),
            alert=visible(self.alert or ending_reason(self._client)),
            answered=self.answered,
        )

    def note_request(self, number: int) -> None:
        """Tell the browser that its request came, and take back what was said about an earlier one."""
        self.answered = max(self.answered, number)
        self.alert = ""
        self.paint_soon()

    def note_status(self, status: int | None) -> None:
        """Show with which HTTP status the handshake was refused."""
        self.status = status
        self.paint_soon()

    def fail(self, error: BaseException) -> None:
        """Show in the panel why what a person asked for did not happen."""
        self.alert = str(error) or type(error).__name__
        self.paint_soon()

    def _read_log(self) -> list[Row]:
        if self._client.state is not State.OPEN:
            self._presence = Presence()

        entries = entries_after(self._last, self._client.log)
        self._learn(entries)
        fresh = [row(entry) for entry in entries[-MOST_ROWS:]]
        self._rows.extend(fresh)
        return fresh

    def _learn(self, entries: Sequence[LogEntry]) -> None:
        if entries:
            self._last = entries[-1]
        self._total += len(entries)
        for entry in entries:
            if entry.direction == "received":
                self._presence.read(entry.message)

    def _send_rows(self, rows: list[Row]) -> None:
        self._send({"rows": rows, "first": self._total - len(rows)})


def text_twin(client: LiveClient, words: str) -> str:
    """Return the panel as text: who, where, in which state, and the last lines of the log."""
    head = f"{client.name} · {client.url} · {words}"
    return "\n".join([head, *log_lines(client)])


def html_twin(client: LiveClient, words: str) -> str:
    """Return the panel as HTML that needs neither a kernel nor a script."""
    log = escape("\n".join(log_lines(client)), quote=True)
    wire = f'<pre style="overflow-x: auto; white-space: pre-wrap; margin: 8px 0">{log}</pre>' if log else ""
    return (
        f'<div style="{FRAME}"><strong>{escape(client.name, quote=True)}</strong>'
        f" · <code>{escape(client.url, quote=True)}</code> · {escape(words, quote=True)}{wire}"
        f"<p><em>{ASLEEP}</em></p></div>"
    )


def log_lines(client: LiveClient) -> list[str]:
    """Return the last lines of the log, and how many came before them."""
    entries = client.log
    earlier = len(entries) - MOST_LINES
    lines = visible(transcript(entries[-MOST_LINES:])).splitlines()
    return [f"… {earlier:,} earlier lines", *lines] if earlier > 0 else lines
