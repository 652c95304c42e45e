"""Step 9, the task runner: long work that goes on by itself and says how far it is.

New since step 8: work runs in a task of its own, beside the conversations.
Used by: server_snippets.step_09_task_updates
"""

# %% imports
import asyncio
import json
from itertools import count

from pydantic import JsonValue

from server_snippets.step_04_connection_manager import ConnectionManager


# %% announce
manager = ConnectionManager()


async def announce(kind: str, task_id: str, **fields: str | int) -> None:
    """Tell every watcher what became of a task."""
    await manager.broadcast(json.dumps({"type": kind, "task_id": task_id, **fields}))


# %% state
STEP_SECONDS = 0.2
MAX_RUNNING = 5
numbers = count(1)
progress: dict[str, dict[str, JsonValue]] = {}
# asyncio keeps no strong reference to a task: without this one it may vanish half-way.
running: dict[str, asyncio.Task[None]] = {}


# %% forget
def forget(task_id: str) -> None:
    """Remove a task from both dicts, if it is still there."""
    progress.pop(task_id, None)
    running.pop(task_id, None)


# %% work
async def work(task_id: str, total: int) -> None:
    """Do the steps of a task one by one, and announce each; forget the task in the end."""
    try:
        for done in range(1, total + 1):
            # A real server would render a page or train a model here.
            await asyncio.sleep(STEP_SECONDS)
            progress[task_id]["done"] = done
            await announce("progress", task_id, done=done, total=total)
    finally:
        forget(task_id)


# %% run
async def run(task_id: str, total: int) -> None:
    """Do the work, then announce whether it finished or failed."""
    try:
        await work(task_id, total)
    except Exception as error:
        await announce("failed", task_id, detail=type(error).__name__)
        raise
    else:
        await announce("finished", task_id)


# %% start
async def start(name: str, total: int) -> None:
    """Begin a task that goes on by itself, also when its starter leaves."""
    task_id = str(next(numbers))
    progress[task_id] = {"task_id": task_id, "name": name, "done": 0, "total": total}
    running[task_id] = asyncio.create_task(run(task_id, total))
    await announce("started", task_id, name=name, total=total)


# %% cancel
async def cancel(task_id: str) -> None:
    """Stop a task that is running, and announce it."""
    running[task_id].cancel()
    # Not left to `finally`: a task that is cancelled before its first step never gets there.
    forget(task_id)
    await announce("cancelled", task_id)
