"""Step 9, task updates: long work reports its progress to every watcher, whoever started it.

New since step 8: work runs in tasks of its own while the loop receives, a watcher that connects late gets the
state first, and what clients can ask for has limits.
Run it: uvicorn server_snippets.step_09_task_updates:app
"""

# %% imports
import asyncio
import json
from itertools import count
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

# %% course_imports
from server_snippets.step_04_connection_manager import ConnectionManager
from server_snippets.step_07_json_messages import explain, reply, texts


# %% announce
manager = ConnectionManager()


async def announce(kind: str, task_id: str, **fields: str | int) -> None:
    """Send an event of a task to every watcher."""
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
    """Do the steps of a task one by one, and announce each; forget the task at the end."""
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
    """Start a task that goes on even if the client that started it leaves."""
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


# %% actions
class Start(BaseModel):
    """Begin a task."""

    action: Literal["start"]
    name: str = Field(min_length=1, max_length=100)
    steps: int = Field(ge=1, le=1_000, strict=True)


class Cancel(BaseModel):
    """End a task before it is done."""

    action: Literal["cancel"]
    task_id: str


class ListTasks(BaseModel):
    """Ask for the progress of all tasks."""

    action: Literal["list"]


Action = Start | Cancel | ListTasks
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


# %% rejections
TOO_MANY = {
    "type": "error",
    "code": "too_many_tasks",
    "detail": "Enough tasks are running. Cancel one, or wait.",
}
UNKNOWN = {"type": "error", "code": "unknown_task", "detail": "No such task is running."}


# %% answer
async def answer(action: Action, websocket: WebSocket) -> None:
    """Carry out one action."""
    match action:
        case Start() if len(running) >= MAX_RUNNING:
            await reply(TOO_MANY, websocket)
        case Start(name=name, steps=steps):
            await start(name, steps)
        case Cancel(task_id=task_id) if task_id not in running:
            await reply(UNKNOWN, websocket)
        case Cancel(task_id=task_id):
            await cancel(task_id)
        case ListTasks():
            await reply({"type": "tasks", "tasks": list(progress.values())}, websocket)


# %% app
app = FastAPI()


@app.websocket("/ws/tasks")
async def tasks(websocket: WebSocket) -> None:
    """Send a watcher the progress of all tasks, then every change; carry out its actions."""
    await manager.connect(websocket)
    try:
        await answer(ListTasks(action="list"), websocket)
        async for text in texts(websocket):
            try:
                await answer(ACTIONS.validate_json(text), websocket)
            except ValidationError as error:
                await reply(explain(error), websocket)
    finally:
        manager.disconnect(websocket)
