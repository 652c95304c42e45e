"""`/ws/tasks`: long work that tells everyone who watches how far it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from server_snippets.broker import Broker
from server_snippets.connection_manager import ConnectionManager
from server_snippets.draining import Draining
from server_snippets.incoming import answer_each
from server_snippets.settings import Settings
from server_snippets.task_board import TaskBoard


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
