"""Several processes that serve the same app, each behind a port of its own."""

import sys
from collections.abc import Iterator
from typing import Self

from websocket_lab.processes.child_process import HOST, ChildProcess, PrivateProgram, listens, own_environment
from websocket_lab.server.cell_registry import CellRegistry
from websocket_lab.widgets.client_panel import ClientPanel


OPTIONS = ("--log-level", "warning", "--timeout-graceful-shutdown", "1")


class Worker(PrivateProgram):
    """One process that runs uvicorn; it keeps its port when it serves again."""

    def url(self, path: str = "/") -> str:
        """Return the WebSocket address of `path`, such as `ws://127.0.0.1:54321/ws`."""
        return f"ws://{HOST}:{self.port}/{path.removeprefix('/')}"

    def launch(self, app: str, environment: dict[str, str]) -> None:
        """Start a process for the app, in place of the one before it, and do not wait until it answers."""
        self.stop()
        place = ("--host", HOST, "--port", str(self.port))
        # -P: what lies beside the notebook must not stand in for the standard library.
        command = [sys.executable, "-P", "-m", "uvicorn", app, *place, *OPTIONS]
        self._process = ChildProcess(command, environment)

    def wait(self) -> None:
        """Return when the process answers; raise ProcessStartError with its last words if it does not."""
        if self._process is not None:
            self._process.wait_for(lambda: listens(self.port))

    def __repr__(self) -> str:
        """Say where the process answers, or that there is none."""
        return f"<worker at {self.url()}>" if self.is_running else "<worker, not running>"


class Workers:
    """Some processes that serve the same app: `Workers(2).serve("server_snippets.step_02_echo:app")`."""

    def __init__(self, count: int = 2) -> None:
        self._workers = [Worker() for _ in range(count)]
        _started.replace(self)

    def serve(self, app: str, **environment: str) -> Self:
        """Return these workers when all serve `app`, in new processes that see the environment variables.

        Raises:
            ProcessStartError: The app could not start.
        """
        try:
            for worker in self:
                worker.launch(app, own_environment() | environment)
            for worker in self:
                worker.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def enter(self, *names: str, path: str = "/ws/{name}") -> list[ClientPanel]:
        """Return panels that are connected: the first name's to the first worker, and so on."""
        places = zip(self, names, strict=False)
        return [ClientPanel(worker.url(path.format(name=name)), name).connect() for worker, name in places]

    def stop(self) -> None:
        """End all processes."""
        for worker in self:
            worker.stop()

    def __iter__(self) -> Iterator[Worker]:
        """Give one worker after the other."""
        return iter(self._workers)

    def __getitem__(self, number: int) -> Worker:
        """Return one worker; the first has number 0."""
        return self._workers[number]

    def __enter__(self) -> Self:
        """Return these workers."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End all processes."""
        self.stop()

    def __repr__(self) -> str:
        """Say where each process answers."""
        return repr(self._workers)


_started = CellRegistry(Workers.stop)
