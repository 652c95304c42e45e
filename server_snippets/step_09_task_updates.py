"""Step 9, task updates: everyone who watches sees how far the work is, whoever started it.

New since step 8: the server speaks while it listens, and a watcher who comes late gets the state first.
Run it: uvicorn server_snippets.step_09_task_updates:app
"""

# %% imports
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from server_snippets.step_07_message_reader import explain, texts
from server_snippets.step_09_task_runner import cancel, manager, progress, start


# %% actions
class Start(BaseModel):
    """Begin a task."""

    action: Literal["start"]
    name: str
    steps: int = Field(ge=1, le=1_000)


class Cancel(BaseModel):
    """End a task before it is done."""

    action: Literal["cancel"]
    task_id: str


class ListTasks(BaseModel):
    """Ask how far all tasks are."""

    action: Literal["list"]


# %% answer
Action = Start | Cancel | ListTasks
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


async def answer(text: str, websocket: WebSocket) -> None:
    """Carry out what one message asks for."""
    try:
        action = ACTIONS.validate_json(text)
    except ValidationError as error:
        return await websocket.send_json(explain(error))

    match action:
        case Start(name=name, steps=steps):
            await start(name, steps)
        case Cancel(task_id=task_id):
            await cancel(task_id)
        case ListTasks():
            await tell_tasks(websocket)


async def tell_tasks(websocket: WebSocket) -> None:
    """Tell one watcher how far all tasks are."""
    await websocket.send_json({"type": "tasks", "tasks": list(progress.values())})


# %% app
app = FastAPI()


@app.websocket("/ws/tasks")
async def tasks(websocket: WebSocket) -> None:
    """Tell a watcher how far all tasks are, then every change, and carry out what it asks for."""
    await manager.connect(websocket)
    try:
        await tell_tasks(websocket)
        async for text in texts(websocket):
            await answer(text, websocket)
    finally:
        manager.disconnect(websocket)
