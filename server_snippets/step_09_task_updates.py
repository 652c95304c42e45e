"""Step 9, task updates: everyone who watches sees how far the work is, whoever started it.

New since step 8: the server speaks while it listens, and a watcher who comes late gets the state first.
Run it: uvicorn server_snippets.step_09_task_updates:app
"""

# %% imports
from fastapi import FastAPI, WebSocket
from pydantic import ValidationError

# %% course_imports
from server_snippets.step_07_message_reader import explain, reply, texts
from server_snippets.step_09_task_messages import ACTIONS, TOO_MANY, UNKNOWN, Action, Cancel, ListTasks, Start

# %% runner
from server_snippets.step_09_task_runner import MAX_RUNNING, cancel, manager, progress, running, start


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
    """Tell a watcher how far all tasks are, then every change, and carry out what it asks for."""
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
