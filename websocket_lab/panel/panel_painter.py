"""When a panel is drawn: at once after a pause, at most twenty times a second in a burst."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from websocket_lab.client.client_log import LogEntry
from websocket_lab.client.connection_state import State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.panel.panel_face import Face, ending_reason, state_words
from websocket_lab.panel.panel_rows import Row, entries_after, row
from websocket_lab.panel.presence import Presence
from websocket_lab.server.safe_text import encodable


MOST_ROWS = 500
SHORTEST_PAUSE = 0.05
# Jupyter's server drops messages above 1 MB a second, so a panel stays well below.
CHARACTERS_PER_SECOND = 400_000


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
            online=encodable(self._presence.online_words),
            typing=encodable(self._presence.typing_words),
            alert=encodable(self.alert or ending_reason(self._client)),
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
