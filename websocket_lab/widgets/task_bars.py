"""Progress bars that a server drives: one for each task that a client of `/ws/tasks` is told of."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from anyio.to_thread import run_sync
from ipywidgets import Button, HBox, IntProgress, Label, Layout, VBox  # type: ignore[import-untyped]

from websocket_lab.client.client_log import LogEntry, json_object
from websocket_lab.client.client_loop import client_loop
from websocket_lab.client.connection_state import ConnectionEnded, State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.receive_queue import by_hand
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.safe_text import visible
from websocket_lab.widgets.panel_renderer import entries_after, state_words


UNSEEN = "ended unseen"
SHORTEST_PAUSE = 0.05
MOST_BARS = 20
COLOURS = {"running": "info", "finished": "success", "failed": "danger"}


@dataclass
class TaskRow:
    """How far one task is."""

    name: str
    total: int
    done: int = 0
    status: str = "running"

    @property
    def words(self) -> str:
        """How far it is, in words."""
        if self.status == "running":
            return f"{self.done} of {self.total}"
        if self.status == UNSEEN or self.done == self.total:
            return self.status
        return f"{self.status} after {self.done}"


class TaskBoard:
    """The tasks that a watcher has been told of, by id, in the order of their start."""

    def __init__(self) -> None:
        self.rows: dict[str, TaskRow] = {}

    def read(self, entries: Iterable[LogEntry]) -> None:
        """Learn from what was received; a message that is not about tasks changes nothing."""
        for entry in entries:
            if entry.direction == "received":
                self._learn(entry.message)

    def __str__(self) -> str:
        """Return the tasks as text, one line each."""
        return "\n".join(f"{row.name}: {row.words}" for row in self.rows.values())

    def _learn(self, message: str | bytes) -> None:
        match json_object(message):
            case {"type": "tasks", "tasks": [*listed]}:
                self._take(listed)
            case {"type": "started", "task_id": str(task_id), "name": str(name), "total": int(total)}:
                self.rows[task_id] = TaskRow(name, total)
            case {"type": "progress", "task_id": str(task_id), "done": int(done)} if task_id in self.rows:
                self.rows[task_id].done = done
            case {"type": "finished" | "cancelled" | "failed" as status, "task_id": str(task_id)}:
                if task_id in self.rows:
                    self.rows[task_id].status = status

    def _take(self, listed: list[object]) -> None:
        for row in self.rows.values():
            if row.status == "running":
                # Unless the list has it: how it ended, this watcher was not told.
                row.status = UNSEEN
        for task in listed:
            match task:
                case {"task_id": str(id_), "name": str(name), "total": int(total), "done": int(done), **more}:
                    self.rows[id_] = TaskRow(name, total, done, str(more.get("status", "running")))


class TaskBars(VBox):  # type: ignore[misc]
    """The tasks that `client` is told of: each with its name, a bar, words, and a button to cancel it."""

    def __init__(self, client: LiveClient) -> None:
        self.client = client
        self._board = TaskBoard()
        self._bars: dict[str, TaskBar] = {}
        self._last: LogEntry | None = None
        self._is_due = False
        self._title = Label(style={"font_weight": "bold"})
        super().__init__([self._title], layout=Layout(padding="10px 16px 12px"))
        for look in ("wsl-host", "wsl"):
            self.add_class(look)
        client.on_change(self._paint_soon)
        client_loop().call(self._paint)

    def __repr__(self) -> str:
        """Return the bars as text: whose they are, and one line for each task."""
        # Not what was painted last: the client may have received more since.
        board = TaskBoard()
        board.read(self.client.log)
        return visible(f"{self._heading}\n{board}".strip())

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live bars, and beside them what is shown where there is no kernel."""
        return widget_bundle(self.model_id, repr(self), f"<pre>{escape(repr(self))}</pre>")

    @property
    def _heading(self) -> str:
        return f"{self.client.name}'s view · {state_words(self.client)}"

    def _paint_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            # Joined, so that a thousand updates a second do not keep the browser busy.
            asyncio.get_running_loop().call_later(SHORTEST_PAUSE, self._paint)

    def _paint(self) -> None:
        self._is_due = False
        fresh = entries_after(self._last, self.client.log)
        if fresh:
            self._board.read(fresh)
            self._last = fresh[-1]
        self._title.value = self._heading
        self._show(dict(list(self._board.rows.items())[-MOST_BARS:]))

    def _show(self, rows: dict[str, TaskRow]) -> None:
        self._bars = {task_id: self._bars.get(task_id) or TaskBar(task_id, self.client) for task_id in rows}
        for task_id, row in rows.items():
            self._bars[task_id].show(row)
        self.children = (self._title, *self._bars.values())


class TaskBar(HBox):  # type: ignore[misc]
    """One task's bar, with the same in words, and a button that asks the server to cancel the task."""

    def __init__(self, task_id: str, client: LiveClient) -> None:
        self._request = {"action": "cancel", "task_id": task_id}
        self._client = client
        self._bar = IntProgress(layout=Layout(flex="1 1 150px", min_width="0", width="auto"))
        self._words = Label(layout=Layout(width="10.5em"))
        self._button = Button(description="Cancel", layout=Layout(width="6em"))
        self._button.on_click(self._ask_to_cancel)
        super().__init__([self._bar, self._words, self._button], layout=Layout(flex_flow="row wrap"))

    def show(self, row: TaskRow) -> None:
        """Draw how far the task is."""
        # JSON can hold names that cannot be sent to the browser as they are.
        name = visible(row.name)
        self._bar.description = self._bar.tooltip = name
        self._bar.max, self._bar.value = row.total, row.done
        self._bar.bar_style = COLOURS.get(row.status, "warning")
        self._words.value = visible(row.words)
        self._button.tooltip = f"Cancel {name}"
        self._button.disabled = row.status != "running" or self._client.state is not State.OPEN

    def _ask_to_cancel(self, _: Button) -> None:
        # The thread that runs this callback differs with the kernel's version, and must not wait: pass it on.
        client_loop().start_task_soon(run_sync, self._cancel)

    def _cancel(self) -> None:
        try:
            with by_hand():
                self._client.send_json(self._request)
        except (ConnectionEnded, TimeoutError):
            self._words.value = "not sent"
