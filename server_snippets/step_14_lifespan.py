"""Step 14, lifespan: what a server opens when it starts, and leaves in order when it ends.

New since step 9: work goes on where the last server has left it.
Run it: uvicorn server_snippets.step_14_lifespan:app
"""

# %% imports
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_04_connection_manager import ConnectionManager
from server_snippets.step_07_json_messages import texts
from server_snippets.step_14_shelf import Shelf


# %% state
PAGES, PAGE_SECONDS = 10, 0.2
manager = ConnectionManager()
shelf = Shelf()
written: dict[str, int] = {}
writing: dict[str, asyncio.Task[None]] = {}


# %% write
async def write(name: str) -> None:
    """Write the missing pages of a report one by one, and tell everyone."""
    while written[name] < PAGES:
        await asyncio.sleep(PAGE_SECONDS)
        written[name] += 1
        await manager.broadcast(f"{name}: page {written[name]} of {PAGES}")
    del written[name], writing[name]


def begin(name: str, pages: int = 0) -> None:
    """Let a report be written that has so many pages; one that is being written goes on."""
    if name not in writing:
        written[name] = pages
        writing[name] = asyncio.create_task(write(name))


# %% lifespan
@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Go on with what lies on the shelf; in the end, put there what is not done."""
    for name, pages in shelf.take().items():
        begin(name, pages)
    yield
    for task in writing.values():
        task.cancel()
    shelf.put(written)
    written.clear()
    writing.clear()


# %% app
app = FastAPI(lifespan=lifespan)


@app.websocket("/ws/reports")
async def reports(websocket: WebSocket) -> None:
    """Begin a report for each name that a client sends; everyone hears of each page."""
    await manager.connect(websocket)
    try:
        async for name in texts(websocket):
            begin(name)
    finally:
        manager.disconnect(websocket)
