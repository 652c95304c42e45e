"""Several processes that serve on one port: python -m server_snippets --workers 2."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess

from uvicorn.config import STARTUP_FAILURE

from .metrics import forget_process


# The same everywhere: Windows knows no other way to start a process.
spawn = get_context("spawn")
logger = logging.getLogger("uvicorn.error")

Serve = Callable[..., None]


class Workers:
    """Processes that each run `serve(*arguments)`; one that dies is replaced.

    Args:
        number: How many there are.
        serve: A function of a module that others can import; SIGINT or SIGTERM makes it return.
        arguments: What it is called with, such as the socket that all of them listen on.
    """

    def __init__(self, number: int, serve: Serve, *arguments: object) -> None:
        self._number = number
        self._serve = serve
        self._arguments = arguments
        self._processes: list[SpawnProcess] = []
        self._is_starting = self._is_over = False

    def run(self) -> None:
        """Return when Ctrl+C or SIGTERM has ended this process, and all others with it."""
        try:
            for sign in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sign, self._interrupt)
            for index in range(self._number):
                self._start(index)
            while True:
                connection.wait([process.sentinel for process in self._processes])
                # One that dies again and again must not keep a processor busy.
                time.sleep(1)
                self._replace_the_dead()
        except KeyboardInterrupt:
            self._end()

    def _interrupt(self, *_: object) -> None:
        self._is_over = True
        if not self._is_starting:
            raise KeyboardInterrupt

    def _start(self, index: int) -> None:
        # A signal waits until the process is in the list: what is not there would not be told to end.
        self._is_starting = True
        process = spawn.Process(target=work, args=(self._serve, *self._arguments))
        process.start()
        self._processes[index : index + 1] = [process]
        self._is_starting = False
        if self._is_over:
            raise KeyboardInterrupt

    def _replace_the_dead(self) -> None:
        for index, process in enumerate(self._processes):
            if process.is_alive():
                continue
            if process.exitcode == STARTUP_FAILURE:
                # The next one would not start either.
                self._end()
                sys.exit("A worker could not start; the lines above say why.")
            forget_process(process.pid or 0)
            logger.warning("Worker %s has died (%s); another takes its place.", process.pid, process.exitcode)
            self._start(index)

    def _end(self) -> None:
        # Ctrl+C in a terminal reaches the workers, too; a second one ends them at once.
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, signal.SIG_IGN)
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def work(serve: Serve, *arguments: object) -> None:
    """Serve as a worker, which ends with the process that has started it."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    with suppress(KeyboardInterrupt):
        serve(*arguments)


def end_with_parent() -> None:
    """Ask this process to end when its parent has ended, however that came about."""
    if parent := parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
