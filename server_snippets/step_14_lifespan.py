"""Step 14, lifespan: what a server opens when it starts, and leaves in order when it ends.

New since step 9: work goes on where the last server has left it.
Run it: uvicorn server_snippets.step_14_lifespan:app
"""

# %% imports
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from getpass import getuser
from pathlib import Path
from tempfile import gettempdir

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_04_connection_manager import ConnectionManager
from server_snippets.step_07_json_messages import texts


# %% checkpoint
class CheckpointFile:
    """How many pages of each report are written, in a file that the next server reads."""

    def __init__(self, path: Path | None = None) -> None:
        # The folder may be everyone's: each user has a file of their own.
        self.path = path or Path(gettempdir()) / f"websocket_lab_reports_{getuser()}.json"

    def save(self, reports: dict[str, int]) -> None:
        """Leave these reports for the next server."""
        self.path.write_text(json.dumps(reports))

    def take(self) -> dict[str, int]:
        """Return what was left, and remove the file, so that nothing is done twice."""
        if not self.path.exists():
            return {}
        reports: dict[str, int] = json.loads(self.path.read_text())
        self.path.unlink()
        return reports


# %% state
PAGES, PAGE_SECONDS = 10, 0.2
manager = ConnectionManager()
checkpoint = CheckpointFile()
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
    """Go on where the last server stopped; in the end, save what is not done."""
    for name, pages in checkpoint.take().items():
        begin(name, pages)
    yield
    for task in writing.values():
        task.cancel()
    checkpoint.save(written)
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
