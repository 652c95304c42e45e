"""A server in the background of the notebook's kernel."""

import asyncio
import errno
import socket
import sys
import warnings
from collections import deque
from contextlib import suppress
from typing import Any, ClassVar, Self

import uvicorn
from IPython.core.getipython import get_ipython
from starlette.types import ASGIApp

from websocket_lab.server.addresses import HOST, address, check_port
from websocket_lab.server.asgi_app import refuse_what_is_no_app
from websocket_lab.server.cell_registry import CellRegistry
from websocket_lab.server.changed_app import watch_app
from websocket_lab.server.learner_errors import LearnerErrors
from websocket_lab.server.learner_traceback import learner_stack, learner_traceback
from websocket_lab.server.safe_text import encodable
from websocket_lab.server.server_reason import Trouble, note_listener, raised
from websocket_lab.server.server_thread import NoCurrentTaskError, ServerThread


START_DEADLINE = 10.0
STOP_DEADLINE = 5.0
STILL_BUSY = (
    "The server on port {} still runs a handler that does not end when it is cancelled. "
    "Look for a blocking call such as time.sleep(), or for an except that swallows CancelledError."
)
NESTED_ASYNCIO = (
    "No server can run in this kernel: nest_asyncio.apply() has replaced parts of asyncio, and on Python "
    "3.14 and later its tasks don't know that they run. Restart the kernel and leave that line out: in a "
    "cell, write await main() instead of asyncio.run(main()). Code that you can't change may work with "
    "nest_asyncio2."
)
WAKE_INTERVAL = 0.25
_wakers: dict[asyncio.AbstractEventLoop, "asyncio.Task[None]"] = {}


def keep_interruptible() -> None:
    """Wake the kernel's event loop four times a second from now on; outside a kernel do nothing."""
    if not hasattr(get_ipython(), "kernel"):
        return

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return

    if loop not in _wakers:
        _wakers[loop] = loop.create_task(_wake())


async def _wake() -> None:
    # A signal alone does not wake a loop that waits for its sockets: the KeyboardInterrupt would wait, too.
    while True:
        await asyncio.sleep(WAKE_INTERVAL)


class ServerStartError(RuntimeError):
    """The app kept its server from starting."""


class BackgroundServer:
    """An ASGI app served by uvicorn on 127.0.0.1 from a background thread.

    Args:
        app: The FastAPI (or any ASGI) app.
        port: TCP port; 0 takes a free one, and the same one again when the cell is run again.
        uvicorn_options: Passed to `uvicorn.Config`, for example `ws_ping_interval=1.0` (seconds).
    """

    tells_forgotten_awaits: ClassVar[bool] = True

    def __init__(self, app: ASGIApp, *, port: int = 0, **uvicorn_options: Any) -> None:
        check_port(port)
        self.port = port
        self.errors: deque[str] = deque(maxlen=100)
        self.last_trouble: Trouble | None = None
        self.app = app
        self._app = LearnerErrors(app, self._report)
        self._startup_error: BaseException | None = None
        # A handler that sleeps is cancelled after 0.1 s: without this, stop() would wait forever.
        self._options: dict[str, Any] = {
            "log_level": "warning",
            "timeout_graceful_shutdown": 0.1,
            # Every handshake gets an answer, even one that uvicorn's parser refuses.
            "http": "server_snippets.server.transport.http:LimitedHttpProtocol",
        } | uvicorn_options
        self._thread: ServerThread | None = None

    @property
    def is_running(self) -> bool:
        """Whether the server's thread is alive."""
        return self._thread is not None and self._thread.is_alive

    def start(self) -> Self:
        """Return this server once it answers, in place of one that the same cell started before.

        Raises:
            TypeError: `app` is not an app.
            OSError: The port is taken.
            ServerStartError: The app's start-up failed, or took longer than 10 seconds.
        """
        refuse_what_is_no_app(self.app)
        self.stop()
        keep_interruptible()
        replaced = _servers.replace(self)
        config = uvicorn.Config(self._app, interface="asgi3", log_config=None, **self._options)
        listener = _listen(self.port, before=replaced.port if replaced else 0)
        self.port = listener.getsockname()[1]
        told = self.show_forgotten_await if self.tells_forgotten_awaits else None
        self._thread = ServerThread(config, listener, self._app.loop_handler, told)
        self._launch(self._thread)
        note_listener(self.port, self)
        watch_app(self)
        return self

    def stop(self) -> None:
        """Close every connection with 1012 and end the server; a server that is not running stays so."""
        if self._thread is None:
            return

        if not self._thread.stop(STOP_DEADLINE):
            self.warn_of_standstill()
        self._thread = None

    def standstill(self, deadline: float = 0.3) -> str:
        """Return the learner's lines that keep the server from doing anything else, or "" if none do."""
        if self._thread is None or self._thread.answers(deadline):
            return ""
        # Without such a line, the machine is busy, and not the server.
        return "".join(learner_stack(self._thread.stack).format())

    def cpu_seconds(self) -> float:
        """Return the seconds that the running server has kept a processor busy since it started."""
        if self._thread is None:
            raise RuntimeError("The server is not running. Call start() first.")
        return self._thread.cpu_seconds(START_DEADLINE)

    def url(self, path: str = "/") -> str:
        """Return the WebSocket address of `path`, such as `ws://127.0.0.1:54321/ws`."""
        return address("ws", self.port, path)

    def http_url(self, path: str = "/") -> str:
        """Return the HTTP address of `path`, such as `http://127.0.0.1:54321/health`."""
        return address("http", self.port, path)

    def __enter__(self) -> Self:
        """Start the server, unless it runs already."""
        return self if self.is_running else self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop the server."""
        self.stop()

    def __repr__(self) -> str:
        """Say where the server answers, or that it is stopped."""
        return f"<server at {self.url()}>" if self.is_running else "<server, stopped>"

    def _launch(self, thread: ServerThread) -> None:
        try:
            thread.start(START_DEADLINE)
        except BaseException as error:
            self.stop()
            if isinstance(error, KeyboardInterrupt):
                raise
            raise ServerStartError(self._start_failure(error)) from None

    def _start_failure(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError):
            return (
                f"The app did not start within {START_DEADLINE:.0f} seconds. What does its lifespan wait for?"
            )

        if isinstance(error, NoCurrentTaskError):
            return NESTED_ASYNCIO

        cause = self._startup_error or error
        return f"The server could not start. Fix this, then run the cell again:\n{learner_traceback(cause)}"

    def _report(self, where: str, error: BaseException) -> None:
        if not self._thread or not self._thread.has_started:
            # start() raises it.
            self._startup_error = error
            return

        if not self._thread.is_serving and where != "lifespan":
            # On the way down a handler's exception is the end that we asked for.
            return

        shown = encodable(f"An exception left {where}:\n{learner_traceback(error)}")
        # Whoever waits for the error finds it shown: what is printed behind a cell's end comes too late.
        self.show(shown)
        self.errors.append(shown)

    def warn_of_standstill(self) -> None:
        """Warn that the server's thread goes on after `stop`, and say where it is, if that can be seen."""
        where = self.standstill()
        message = STILL_BUSY.format(self.port) + (f" It is here:\n{where}" if where else "")
        warnings.warn(message, RuntimeWarning, stacklevel=3)

    def show(self, error: str) -> None:
        """Print an exception that has left a handler, cut to the learner's lines; clients point to it."""
        print(error, file=sys.stderr)
        self.last_trouble = raised(error)

    def show_forgotten_await(self, sentence: str) -> None:
        """Print that a call lacks its `await`; clients that wait in vain say it, too."""
        print(sentence, file=sys.stderr)
        self.last_trouble = Trouble(sentence)


def _listen(port: int, before: int) -> socket.socket:
    if not port:
        # The port of the cell's last run may be another server's by now: then any will do.
        with suppress(OSError):
            return socket.create_server((HOST, before))
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        message = f"Port {port} is taken. Stop the other server, or leave out port= to get a free one."
        raise OSError(errno.EADDRINUSE, message) from None


_servers = CellRegistry(BackgroundServer.stop)
