"""A child process: what it prints can be read while it goes on, and it finds its port again."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.jupyterlab import wait_for
from websocket_lab.processes.child_process import ChildProcess, free_port


PRINTS = """
import pathlib, sys, time
print("one", flush=True)
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
print("two", flush=True)
"""


class SlowlyRead:
    """A file that a program goes on writing to when its reader has just gone to a place in it."""

    def __init__(self, file: Any, go_on: Callable[[], None]) -> None:
        self._file = file
        self._go_on = go_on

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def seek(self, place: int) -> None:
        self._file.seek(place)
        self._go_on()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to read without moving the position.")
def test_what_it_prints_is_not_harmed_by_whoever_reads_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = tmp_path / "go"
    process = ChildProcess([sys.executable, "-c", PRINTS, str(go)])
    wait_for(lambda: process.words() == "one\n", 60, "It has printed nothing.")

    def go_on() -> None:
        go.touch()
        wait_for(lambda: not process.is_alive, 60, "It does not end.")

    monkeypatch.setattr(process, "_output", SlowlyRead(process._output, go_on))
    process.words()
    go_on()

    assert process.words() == "one\ntwo\n"
    process.stop()


def test_a_port_is_not_given_to_somebody_else_while_its_program_is_away() -> None:
    ports = {free_port() for _ in range(10)}

    # Linux gives away ports from 32,768 on, other systems from 49,152.
    assert max(ports) < 32_768
    assert len(ports) > 1
