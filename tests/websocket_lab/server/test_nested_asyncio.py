"""A kernel in which nest_asyncio has replaced parts of asyncio: the server runs, or says why it cannot."""

import subprocess
import sys

import pytest


SCRIPT = """\
import sys

__import__(sys.argv[1]).apply()

from fastapi import FastAPI
from websocket_lab import BackgroundServer

with BackgroundServer(FastAPI()) as server:
    print(server)
"""


def last_line(package: str) -> str:
    """Start a server where a package has replaced parts of asyncio; return the last line of what is said."""
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, package]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return (result.stdout + result.stderr).splitlines()[-1]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="nest_asyncio does not work on Python 3.14.")
def test_a_server_runs_beside_nest_asyncio() -> None:
    assert last_line("nest_asyncio").startswith("<server at ws://127.0.0.1:")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="nest_asyncio works until Python 3.13.")
def test_a_server_says_that_nest_asyncio_keeps_it_from_running() -> None:
    assert "ServerStartError: No server can run in this kernel: nest_asyncio.apply()" in last_line(
        "nest_asyncio"
    )


def test_a_server_runs_beside_nest_asyncio2() -> None:
    assert last_line("nest_asyncio2").startswith("<server at ws://127.0.0.1:")
