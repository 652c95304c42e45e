"""Step 9, the task runner: long work that goes on by itself and says how far it is.

New since step 8: work runs in a task of its own, beside the conversations.
Used by: server_snippets.step_09_task_updates
"""

# %% imports
import asyncio
import json
from itertools import count

from server_snippets.step_04_connection_manager import ConnectionManager


# %% announce
manager = ConnectionManager()


async def announce(kind: str, task_id: str, **fields: str | int) -> None:
    """Tell every watcher what became of a task."""
    await manager.broadcast(json.dumps({"type": kind, "task_id": task_id, **fields}))


# %% work
STEP_SECONDS = 0.2
progress: dict[str, dict[str, str | int]] = {}


async def work(task_id: str, total: int) -> None:
    """Do the steps of a task one by one, and announce each."""
    for done in range(1, total + 1):
        # A real server would render a page or train a model here.
        await asyncio.sleep(STEP_SECONDS)
        progress[task_id]["done"] = done
        await announce("progress", task_id, done=done, total=total)
    del progress[task_id], running[task_id]
    await announce("finished", task_id)


# %% start_and_cancel
numbers = count(1)
# asyncio keeps no strong reference to a task: without this one it may vanish half-way.
running: dict[str, asyncio.Task[None]] = {}


async def start(name: str, total: int) -> None:
    """Begin a task that goes on by itself, also when its starter leaves."""
    task_id = str(next(numbers))
    progress[task_id] = {"task_id": task_id, "name": name, "done": 0, "total": total}
    running[task_id] = asyncio.create_task(work(task_id, total))
    await announce("started", task_id, name=name, total=total)


async def cancel(task_id: str) -> None:
    """End a task before it is done; one that does not run is passed over."""
    if task := running.pop(task_id, None):
        task.cancel()
        del progress[task_id]
        await announce("cancelled", task_id)
