"""uvicorn in a background thread: start it, wait until it answers, stop it."""

import asyncio
import contextvars
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext, suppress
from traceback import StackSummary, extract_stack
from typing import Any, Protocol

import uvicorn
from uvicorn.config import LOG_LEVELS

from websocket_lab.server.forgotten_await import forgotten_awaits
from websocket_lab.server.thread_interrupt import interrupt


LoopErrorHandler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]
LOGGERS = ("uvicorn.error", "uvicorn.access")


class Serving(Protocol):
    """Something that knows whether it serves."""

    @property
    def is_serving(self) -> bool:
        """Whether the server answers and has not been told to stop."""


class ServerLog(logging.Filter):
    """Takes what uvicorn logs in the thread that made this, and prints what a learner should see.

    A filter, not a handler: whatever else is set up for logging in this process gets none of it, neither the
    addresses with their tokens nor the traceback that is shown elsewhere, cut to the learner's lines.
    """

    def __init__(self, server: Serving, level: int) -> None:
        super().__init__()
        self._server = server
        self._level = level
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record belongs to another thread and shall go its way."""
        if record.thread != self._thread:
            return True

        if record.levelno >= self._level and self._server.is_serving and not record.exc_info:
            print(f"{record.levelname}: {record.getMessage()}", file=sys.stderr)
        return False

    def __enter__(self) -> "ServerLog":
        """Start taking records."""
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)
        return self

    def __exit__(self, *exception: object) -> None:
        """Take no more records."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self)


class NoCurrentTaskError(RuntimeError):
    """asyncio does not know which task runs: something has replaced parts of it."""


class ServerThread:
    """One run of a uvicorn server in a daemon thread with an event loop of its own."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        on_loop_error: LoopErrorHandler,
        on_forgotten_await: Callable[[str], None] | None = None,
    ) -> None:
        self._ready: Future[None] = Future()
        self._server = _Server(config, self._ready)
        self._listener = listener
        self._on_loop_error = on_loop_error
        self._on_forgotten_await = on_forgotten_await
        self._task: asyncio.Task[None] | None = None
        # The copied context keeps what a handler prints under the cell that started the server.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._serve,), daemon=True, name="websocket-lab-server"
        )

    @property
    def is_alive(self) -> bool:
        """Whether the server's thread is running."""
        return self._thread.is_alive()

    @property
    def has_started(self) -> bool:
        """Whether start-up is over, well or badly."""
        return self._ready.done()

    @property
    def is_serving(self) -> bool:
        """Whether the server answers and has not been told to stop."""
        return self.has_started and not self._server.should_exit

    def answers(self, deadline: float) -> bool:
        """Return whether the event loop gets round to something new within `deadline` seconds."""
        turned = threading.Event()
        loop = self._task.get_loop() if self._task else None
        if loop is None or loop.is_closed():
            return True

        loop.call_soon_threadsafe(turned.set)
        return turned.wait(deadline)

    def cpu_seconds(self, deadline: float) -> float:
        """Return the CPU time that the thread has used; TimeoutError if it does not answer in time."""
        used: Future[float] = Future()
        if self._task is not None:
            self._task.get_loop().call_soon_threadsafe(lambda: used.set_result(time.thread_time()))
        return used.result(deadline)

    def interrupt(self) -> None:
        """Raise an exception in what the thread computes now."""
        interrupt(self._thread, seconds=0)

    @property
    def stack(self) -> StackSummary:
        """Where the thread is now."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        return extract_stack(frame) if frame else StackSummary()

    def start(self, deadline: float) -> None:
        """Return when the server answers; raise what kept it from starting.

        Raises:
            TimeoutError: It did not start within `deadline` seconds.
        """
        self._thread.start()
        self._ready.result(deadline)

    def stop(self, deadline: float) -> bool:
        """Tell the server to stop and return whether its thread ended within `deadline` seconds."""
        self._server.should_exit = True
        if not self.has_started:
            self._cancel_startup()

        self._thread.join(deadline)
        return not self.is_alive

    def _cancel_startup(self) -> None:
        # A start-up that waits forever never looks at `should_exit`.
        if self._task is not None:
            # The loop is closed, if the thread has seen by itself that it is to stop.
            with suppress(RuntimeError):
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def _serve(self) -> None:
        loop_factory = self._server.config.get_loop_factory()
        try:
            # Not `Server.run()`: it breaks when nest_asyncio has replaced `asyncio.run`.
            with (
                ServerLog(self, _log_level(self._server.config)),
                self._watching_awaits(),
                self._listener,
                asyncio.Runner(loop_factory=loop_factory) as runner,
            ):
                self._run_until_stopped(runner)
        except BaseException as error:
            # uvicorn reports a failed start-up by SystemExit, which threads swallow.
            if not self._ready.done():
                self._ready.set_exception(error)

    def _run_until_stopped(self, runner: asyncio.Runner) -> None:
        try:
            runner.run(self._run())
        except (SystemExit, KeyboardInterrupt) as error:
            # Raised by a task, such an exception ends the loop, and is told to no handler of it.
            if self.is_serving:
                self._on_loop_error(runner.get_loop(), {"exception": error})
                self._server.should_exit = True
                runner.run(self._finish())
            raise

    async def _finish(self) -> None:
        if self._task is not None:
            await self._task

    def _watching_awaits(self) -> AbstractContextManager[None]:
        report = self._on_forgotten_await
        return forgotten_awaits(report, threading.get_ident()) if report else nullcontext()

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        if self._task is None:
            # nest_asyncio's tasks, on Python 3.14 and later.
            raise NoCurrentTaskError
        if self._server.should_exit:
            # It was stopped before there was a task that could be cancelled.
            return
        asyncio.get_running_loop().set_exception_handler(self._on_loop_error)
        await self._server.serve(sockets=[self._listener])


def _log_level(config: uvicorn.Config) -> int:
    level = config.log_level
    return LOG_LEVELS[level] if isinstance(level, str) else level or logging.INFO


class _Server(uvicorn.Server):
    """uvicorn's server that tells when it has started, and that leaves no connection behind."""

    def __init__(self, config: uvicorn.Config, ready: "Future[None]") -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set_result(None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # A stalled client's buffer never drains: only an abort ends such a connection.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
