"""`/ws/tasks`: long work that tells all watchers how far it is, on whichever process it runs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from ..brokers.base import Broker, Entry, Unavailable
from ..brokers.presence import Presence
from ..connections.manager import ConnectionManager
from ..connections.messages import ClientError, answer_each
from ..settings import Settings
from ..shutdown import Draining
from .task_runner import TaskRunner


TASKS = "tasks"
# How long after the last moment a process may take to say that its tasks are cancelled.
LAST_WORD_SECONDS = 0.5
POLL_SECONDS = 0.02
Event = dict[str, Any]


def is_running(task: Presence) -> bool:
    """Return whether a task, as it was told, is running."""
    return bool(json.loads(task.state)["status"] == "running")


class TaskBoard:
    """Runs the tasks that are started here, and tells the watchers who are connected here of all tasks.

    A task is a presence, whose state says how far it is: so all processes know of it, and that it has failed
    if its process dies.
    """

    def __init__(self, manager: ConnectionManager, settings: Settings, broker: Broker) -> None:
        prefix = f"{broker.process}-" if broker.process else ""
        self._runner = TaskRunner(self._announce, settings.step_seconds, prefix)
        self._manager = manager
        self._broker = broker
        # asyncio keeps no strong reference to a task.
        self._cancelling: set[asyncio.Task[None]] = set()
        broker.subscribe(TASKS, self.on_event)

    async def start(self, name: str, steps: int) -> None:
        """Start a task on this process."""
        await self._runner.start(name, steps)

    async def cancel(self, task_id: str) -> None:
        """End a task before it is done, on whichever process it runs."""
        if self._broker.is_away:
            raise Unavailable
        presence = self._broker.presences.find(TASKS, task_id)
        if presence and presence.process != self._broker.process and is_running(presence):
            await self._broker.publish(TASKS, "", task_id)
        else:
            await self._runner.cancel(task_id)

    def tasks(self) -> Event:
        """Return the event that says how far all tasks are."""
        presences = self._broker.presences.of_place(TASKS)
        return {"type": "tasks", "tasks": [json.loads(presence.state) for presence in presences]}

    async def finish(self, seconds: float) -> None:
        """Take no new tasks, let all go on for `seconds` at the most, and cancel what still runs here."""
        end = time.monotonic() + seconds + LAST_WORD_SECONDS
        await self._runner.finish(seconds)
        # Watchers here have to learn how tasks on other processes end: those may be ending, too.
        while self._manager.active_connections and self._any_runs() and time.monotonic() < end:
            await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """Cancel the tasks that run here, because the server ends."""
        await self._runner.stop()

    async def on_event(self, entry: Entry) -> None:
        """Pass on what the broker brings."""
        match entry:
            case Entry(kind="updated", message=message):
                self._manager.broadcast(message)
            case Entry(kind="published", message=str() as task_id):
                # Not here and now: what is told of it comes back on the way that brought this.
                cancelling = asyncio.create_task(self._cancel_here(task_id))
                self._cancelling.add(cancelling)
                cancelling.add_done_callback(self._cancelling.discard)
            case Entry(kind="left", presence=Presence(name=task_id) as presence):
                if is_running(presence):
                    failed = {"type": "failed", "task_id": task_id, "detail": "Its process has ended"}
                    self._manager.broadcast(failed)
            case Entry(kind="missed" | "joined"):
                # A task joins again when its process turns out to be alive: it has not failed after all.
                self._manager.broadcast(self.tasks())

    def _any_runs(self) -> bool:
        return any(is_running(task) for task in self._broker.presences.of_place(TASKS))

    async def _cancel_here(self, task_id: str) -> None:
        # Each process hears this; the task is on one, and may have ended meanwhile.
        with suppress(ClientError):
            await self._runner.cancel(task_id)

    async def _announce(self, event: Event) -> None:
        task_id = event["task_id"]
        state = json.dumps(asdict(self._runner.progress(task_id)))
        presence = Presence(TASKS, task_id, self._broker.process, state=state)
        await self._broker.update(presence, event, wait=event["type"] != "started")
        if not is_running(presence):
            await self._forget_old_ones()

    async def _forget_old_ones(self) -> None:
        listed = {task["task_id"] for task in self._runner.tasks()}
        for presence in self._broker.presences.of_process(self._broker.process):
            if presence.place == TASKS and presence.name not in listed:
                await self._broker.leave(presence)


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
    """Ask how far all tasks are."""

    action: Literal["list"]


Action = Start | Cancel | ListTasks
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


def tasks_router(settings: Settings, broker: Broker, draining: Draining) -> APIRouter:
    """Return the routes of this endpoint; the tasks end before the server ends."""
    manager = ConnectionManager(settings.slow_clients)
    board = TaskBoard(manager, settings, broker)
    draining.finish_first(board.finish)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await board.stop()

    router = APIRouter(lifespan=lifespan)

    @router.websocket("/ws/tasks")
    async def tasks(websocket: WebSocket) -> None:
        await manager.connect(websocket)

        async def answer(action: Action) -> None:
            match action:
                case Start(name=name, steps=steps):
                    await board.start(name, steps)
                case Cancel(task_id=task_id):
                    await board.cancel(task_id)
                case ListTasks():
                    manager.send_personal_message(board.tasks(), websocket)

        try:
            manager.send_personal_message(board.tasks(), websocket)
            await answer_each(websocket, manager, ACTIONS, answer)
        finally:
            manager.disconnect(websocket)

    return router
