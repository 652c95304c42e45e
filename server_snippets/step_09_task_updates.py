"""Step 9, task updates: everyone who watches sees how far the work is, whoever started it.

New since step 8: the server speaks while it listens, and a watcher who comes late gets the state first.
Run it: uvicorn server_snippets.step_09_task_updates:app
"""

# %% imports
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

# %% reader
from server_snippets.step_07_message_reader import explain, reply, texts

# %% runner
from server_snippets.step_09_task_runner import MAX_RUNNING, manager, progress, running, start


# %% start_and_cancel
class Start(BaseModel):
    """Begin a task."""

    action: Literal["start"]
    name: str = Field(min_length=1, max_length=100)
    steps: int = Field(ge=1, le=1_000, strict=True)


class Cancel(BaseModel):
    """End a task before it is done."""

    action: Literal["cancel"]
    task_id: str


# %% actions
class ListTasks(BaseModel):
    """Ask how far all tasks are."""

    action: Literal["list"]


Action = Start | Cancel | ListTasks
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


# %% refuse
async def refuse(code: str, detail: str, websocket: WebSocket) -> None:
    """Tell one watcher why nothing was done."""
    await reply({"type": "error", "code": code, "detail": detail}, websocket)


async def tell_tasks(websocket: WebSocket) -> None:
    """Tell one watcher how far all tasks are."""
    await reply({"type": "tasks", "tasks": list(progress.values())}, websocket)


# %% answer
async def answer(action: Action, websocket: WebSocket) -> None:
    """Carry out one action."""
    match action:
        case Start() if len(running) >= MAX_RUNNING:
            await refuse("too_many_tasks", f"{MAX_RUNNING} run already. Cancel one, or wait.", websocket)
        case Start(name=name, steps=steps):
            await start(name, steps)
        case Cancel(task_id=task_id) if task_id not in running:
            await refuse("unknown_task", "There is no such task, or it has ended.", websocket)
        case Cancel(task_id=task_id):
            running[task_id].cancel()
        case ListTasks():
            await tell_tasks(websocket)


# %% app
app = FastAPI()


@app.websocket("/ws/tasks")
async def tasks(websocket: WebSocket) -> None:
    """Tell a watcher how far all tasks are, then every change, and carry out what it asks for."""
    await manager.connect(websocket)
    try:
        await tell_tasks(websocket)
        async for text in texts(websocket):
            try:
                await answer(ACTIONS.validate_json(text), websocket)
            except ValidationError as error:
                await reply(explain(error), websocket)
    finally:
        manager.disconnect(websocket)
