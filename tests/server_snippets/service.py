"""The command `python -m server_snippets` in a process of its own, as tests start it."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress


COMMAND = [sys.executable, "-m", "server_snippets"]


@contextmanager
def serving(
    *options: str,
    redis_url: str = "",
    limits: str = "",
    warnings: list[str] | None = None,
    command: Sequence[str] = COMMAND,
    variables: Mapping[str, str] = os.environ,
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run the command on a free port and give the port once it serves; `warnings` gets earlier lines."""
    command = [*command, "--port", "0", *options]
    if limits:
        # Such as `ulimit -n 300`.
        command = ["sh", "-c", f'{limits} && exec "$@"', "sh", *command]
    environment = {**variables, "REDIS_URL": redis_url}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            found, words = None, ""
            while not found:
                line = process.stdout.readline()
                words += line
                assert line, words
                found = re.search(r"https?://127\.0\.0\.1:(\d+)", line)
            if warnings is not None:
                warnings.append(words)
            yield int(found[1]), process
        finally:
            process.kill()


def stop(process: "subprocess.Popen[str]", sig: signal.Signals = signal.SIGTERM) -> str:
    """Send a signal, and return what the server has printed to its end."""
    process.send_signal(sig)
    return process.communicate(timeout=60)[0]


class Printed:
    """What a process prints, read while it runs: `Printed(process.stdout)`."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, args=(lines,), daemon=True)
        self._reader.start()

    def _read(self, lines: Iterable[str]) -> None:
        # The pipe may be closed while this waits for its end.
        with suppress(ValueError):
            for line in lines:
                self._lines.append(line)

    def __str__(self) -> str:
        """Return all that has been printed so far."""
        return "".join(self._lines)

    def all(self, seconds: float) -> str:
        """Return all that the process has printed when it has ended."""
        self._reader.join(seconds)
        assert not self._reader.is_alive(), "The process goes on."
        return str(self)

    def workers_of_clients(self) -> list[str]:
        """Return the process id of the worker that has let in each client, in their order."""
        return re.findall(r"(\d+) INFO event=open", str(self))
