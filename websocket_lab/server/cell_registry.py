"""What each notebook cell has started, so that running the cell again replaces it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from IPython.core.getipython import get_ipython


Started = TypeVar("Started")


@dataclass
class CellRun(Generic[Started]):
    """One run of a cell: what it started, and what the run before it had started."""

    execution: int
    started: list[Started] = field(default_factory=list)
    replaced: list[Started] = field(default_factory=list)


class CellRegistry(Generic[Started]):
    """Remembers by cell what was started there; `close` ends what an earlier run of the cell left."""

    def __init__(self, close: Callable[[Started], None]) -> None:
        self._close = close
        self._runs: dict[str, CellRun[Started]] = {}

    def replace(self, item: Started) -> Started | None:
        """Close what the cell's earlier run started and return the one that `item` stands for, if any."""
        cell = running_cell()
        if cell is None:
            return None

        run = self._run(*cell)
        run.started.append(item)
        return run.replaced[len(run.started) - 1] if len(run.started) <= len(run.replaced) else None

    def _run(self, cell_id: str, execution: int) -> CellRun[Started]:
        earlier = self._runs.get(cell_id)
        if earlier is not None and earlier.execution == execution:
            return earlier

        self._runs[cell_id] = CellRun(execution, replaced=earlier.started if earlier else [])
        for item in self._runs[cell_id].replaced:
            self._close(item)

        return self._runs[cell_id]


def running_cell() -> tuple[str, int] | None:
    """Return the running cell's id and execution count, or None outside a notebook's cell."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return None

    request = shell.get_parent()
    # A button's callback runs with a comm message as its parent: it belongs to no cell.
    if not request or request["header"]["msg_type"] != "execute_request":
        return None

    # nbclient sends no cell id: there the cell is known by its code.
    cell_id = request.get("metadata", {}).get("cellId") or request["content"]["code"]
    return str(cell_id), int(shell.execution_count)
