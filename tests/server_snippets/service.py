"""The command `python -m server_snippets` in a process of its own, as tests start it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


COMMAND = [sys.executable, "-m", "server_snippets"]


@contextmanager
def serving(*options: str, redis_url: str = "") -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run the command on a free port and give the port once it serves."""
    command = [*COMMAND, "--port", "0", *options]
    environment = os.environ | {"REDIS_URL": redis_url}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            found = re.search(r"https?://127\.0\.0\.1:(\d+)", line)
            assert found, line
            yield int(found[1]), process
        finally:
            process.kill()
