"""What someone who watches `/ws/tasks` knows about the tasks: what the server's messages have told."""

from collections.abc import Iterable
from dataclasses import dataclass

from websocket_lab.client.client_log import LogEntry
from websocket_lab.panel.presence import json_object


UNSEEN = "ended unseen"


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
    """The tasks that a watcher has heard of, by id, in the order of their start."""

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
                # Unless the list has it: how it ended, this watcher has not heard.
                row.status = UNSEEN
        for task in listed:
            match task:
                case {"task_id": str(id_), "name": str(name), "total": int(total), "done": int(done), **more}:
                    self.rows[id_] = TaskRow(name, total, done, str(more.get("status", "running")))
