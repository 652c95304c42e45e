"""The progress file survives other kernels, crashes and damage, and never stops a lesson."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from websocket_lab.grading import exercise_notebook, progress_database
from websocket_lab.grading.progress_database import VARIABLE, ask, keep_in_this_kernel, progress_path


VISIT = "INSERT OR IGNORE INTO visits (lesson, at) VALUES (?, '')"
WRITER = f"""
import sys
from websocket_lab.grading import progress_database
from websocket_lab.grading.progress_database import ask
# However long the other one stands still while it writes.
progress_database.PATIENCE = 60.0
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    ask({VISIT!r}, f"{{sys.argv[1]}} {{number}}")
"""


@pytest.fixture
def path() -> Path:
    return progress_path()


def test_on_a_hub_everyone_has_their_own_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("JUPYTERHUB_USER", "ana")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)

    assert progress_path() == tmp_path / "progress.sqlite3"


def visited() -> list[str]:
    return [lesson for (lesson,) in ask("SELECT lesson FROM visits ORDER BY lesson")]


def writer(name: str, count: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WRITER, name, str(count)], stdout=subprocess.PIPE)


def test_a_test_never_touches_the_learners_file(path: Path) -> None:
    assert exercise_notebook.ROOT not in path.parents


def test_without_the_variable_it_is_in_the_courses_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)

    assert progress_path() == exercise_notebook.ROOT / "progress.sqlite3"


def test_what_is_written_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    ask(VISIT, "02_echo")

    assert visited() == ["02_echo"]
    assert capsys.readouterr().out == ""


def test_two_kernels_write_at_once() -> None:
    writers = [writer(name, 15) for name in ("a", "b")]
    for process in writers:
        process.communicate()

    assert len(visited()) == 30


def test_a_kernel_that_dies_while_it_writes_leaves_the_file_whole(path: Path) -> None:
    with writer("a", 1_000_000) as process:
        try:
            process.stdout.readline()
            while not path.exists() or path.stat().st_size < 3 * 4096:
                time.sleep(0.01)
        finally:
            process.kill()
    ask(VISIT, "after")

    assert "after" in visited()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    "damage", [b"not a database at all, but a text" * 40, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_broken_file_is_put_aside(path: Path, damage: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(damage)
    ask(VISIT, "02_echo")
    (aside,) = path.parent.glob("*.broken-*")

    assert visited() == ["02_echo"]
    assert aside.read_bytes() == damage
    assert f"The old file is kept beside it, as {aside.name}." in capsys.readouterr().out


def test_damage_in_the_middle_is_noticed(path: Path) -> None:
    for number in range(300):
        ask(VISIT, f"{number:03} {'x' * 80}")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    ask(VISIT, "after")

    assert visited() == ["after"]
    assert len(list(path.parent.glob("*.broken-*"))) == 1


def test_a_file_with_other_tables_is_put_aside(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE visits (name)")
    ask(VISIT, "02_echo")

    assert visited() == ["02_echo"]


@pytest.mark.parametrize("place", ["a_file/progress.sqlite3", "nowhere/progress.sqlite3", ""])
def test_where_nothing_can_be_written_memory_stands_in(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / place))
    for lesson in ("01", "02"):
        ask(VISIT, lesson)

    assert visited() == ["01", "02"]
    assert capsys.readouterr().out.count("Your progress is not being kept") == 1


def test_while_another_program_holds_the_file_nothing_is_lost(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(VISIT, "before")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        ask(VISIT, "meanwhile")
        assert "Another program is busy" in capsys.readouterr().out
        other.rollback()

    assert visited() == ["before", "meanwhile"]


def test_what_cannot_be_written_any_more_can_still_be_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(VISIT, "before")

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(progress_database, "_ask_connection", refuse)
    ask(VISIT, "after")

    assert visited() == ["after", "before"]
    assert "Your progress is not being kept" in capsys.readouterr().out


def test_a_kernel_may_keep_to_itself(path: Path) -> None:
    keep_in_this_kernel()
    ask(VISIT, "02_echo")

    assert visited() == ["02_echo"]
    assert not path.exists()
