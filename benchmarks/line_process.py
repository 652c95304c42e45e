"""A process that answers each line of JSON with another."""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self


class LineProcess:
    """A module of this package that runs beside us and is asked by lines.

    Args:
        module: The module's name.
        options: What it is told at its start; it answers when it is ready.
    """

    def __init__(self, module: str, *options: Any) -> None:
        self._command = [sys.executable, "-m", module, json.dumps(options)]

    def __enter__(self) -> Self:
        """Start it; return when it is ready."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def ask(self, *order: Any) -> Any:
        """Return its answer."""
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._command[2:])} has ended.")
        return json.loads(line)
