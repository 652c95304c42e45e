"""The messages in the teachers' guide and on the troubleshooting page are those that people see."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from authoring.navigation import IMPORT, KERNEL_CHECK
from websocket_lab import BackgroundServer, check
from websocket_lab.server.background_server import ServerStartError


ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "teaching" / "README.md").read_text(encoding="utf-8")
BOX = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def test_a_kernel_without_the_packages_says_so() -> None:
    command = [sys.executable, "-I", "-S", "-c", KERNEL_CHECK.format(code=IMPORT)]
    kernel = subprocess.run(command, capture_output=True, text=True)
    error = kernel.stderr.splitlines()[-1]

    assert f"`{error}`" in GUIDE
    assert f"`{error}`" in BOX


def test_asyncio_run_in_a_cell_says_so() -> None:
    async def cell() -> str:
        coroutine = asyncio.sleep(0)
        with pytest.raises(RuntimeError) as error:
            asyncio.run(coroutine)
        coroutine.close()
        return f"RuntimeError: {error.value}"

    assert f"`{asyncio.run(cell())}`" in GUIDE


def test_a_port_that_is_taken_says_so() -> None:
    with BackgroundServer(_app) as server, pytest.raises((OSError, ServerStartError)) as error:
        BackgroundServer(_app, port=server.port).start()

    assert re.search(r"Port \d+ is taken", str(error.value))
    assert "`Port … is taken`" in BOX


def test_what_is_no_function_is_told() -> None:
    words = "check needs a function that makes your server, and got"

    assert check("private_messages", None).message.startswith(words)
    assert words in GUIDE


async def _app(scope: object, receive: object, send: object) -> None: ...
