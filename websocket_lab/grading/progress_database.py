"""The file in which progress is kept: SQLite, so that kernels may share it and a crash leaves it whole.

Nothing here stops a lesson: if the file cannot be used, memory stands in for it, and one sentence says so.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from websocket_lab.grading import exercise_notebook


Statement = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]

VARIABLE = "WEBSOCKET_LAB_PROGRESS"
FILE_NAME = "progress.sqlite3"
HUB_USER = "JUPYTERHUB_USER"
# Seconds to wait for another kernel that is writing.
PATIENCE = 2.0
TABLES = {
    "tries": "number INTEGER PRIMARY KEY, at TEXT, exercise TEXT, outcome TEXT, step TEXT, source TEXT",
    "visits": "lesson TEXT PRIMARY KEY, at TEXT",
}
# SQLITE_ERROR means that the tables are not ours.
BROKEN = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
LATER = "Another program is busy with {file}. What you did is noted as soon as the file is free."
NOT_KEPT = "Your progress is not being kept, for {file} cannot be written ({error}). All else works as ever."
PUT_ASIDE = "Your progress could not be read, so it starts over. The old file is kept beside it, as {name}."

_lock = Lock()
_stand_ins: dict[Path, sqlite3.Connection] = {}
_waiting: dict[Path, list[Statement]] = {}


def progress_path() -> Path:
    """Return where progress is kept: in the course's folder, or where WEBSOCKET_LAB_PROGRESS says.

    On JupyterHub, many people may share one installed course, so progress is kept in the home folder.
    """
    folder = Path.home() if HUB_USER in os.environ else exercise_notebook.ROOT
    return Path(os.environ.get(VARIABLE) or folder / FILE_NAME)


def ask(sql: str, *values: Any) -> Rows:
    """Run one SQL statement, reading or writing; return its rows."""
    path = progress_path()
    with _lock:
        if path in _stand_ins:
            return _run(_stand_ins[path], (sql, values))

        return _ask_file(path, (sql, values))


def keep_in_this_kernel() -> None:
    """Leave the file alone from now on: what happens in this kernel is forgotten with it."""
    with _lock:
        _stand_ins.setdefault(progress_path(), _memory())


def _ask_file(path: Path, statement: Statement) -> Rows:
    try:
        return _ask_repaired_file(path, statement)
    except (sqlite3.Error, OSError) as error:
        if _kind(error) in BUSY:
            return _postpone(path, statement)

        print(NOT_KEPT.format(file=path, error=error))
        _stand_ins[path] = _copy(path)
        return _run(_stand_ins[path], statement)


def _ask_repaired_file(path: Path, statement: Statement) -> Rows:
    try:
        return _ask_connection(path, statement)
    except sqlite3.DatabaseError as error:
        if _kind(error) not in BROKEN:
            raise

    _put_aside(path)
    return _ask_connection(path, statement)


def _ask_connection(path: Path, statement: Statement) -> Rows:
    with _opened(path) as connection:
        while waiting := _waiting.get(path):
            _run(connection, waiting[0])
            waiting.pop(0)
        return _run(connection, statement)


def _postpone(path: Path, statement: Statement) -> Rows:
    print(LATER.format(file=path))
    if statement[0].startswith("INSERT"):
        _waiting.setdefault(path, []).append(statement)
    return []


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        _prepare(connection)
        yield connection


def _prepare(connection: sqlite3.Connection) -> None:
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")


def _run(connection: sqlite3.Connection, statement: Statement) -> Rows:
    with connection:
        return connection.execute(*statement).fetchall()


def _kind(error: Exception) -> int:
    # The lowest byte of SQLite's code is the kind, the rest says more about it.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _put_aside(path: Path) -> None:
    aside = path.with_suffix(f".broken-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}{path.suffix}")
    path.replace(aside)
    # It belongs to the broken file, and would break the new one.
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    print(PUT_ASIDE.format(name=aside.name))


def _memory() -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    _prepare(memory)
    return memory


def _copy(path: Path) -> sqlite3.Connection:
    """Return a database in memory, with what can be read of the file."""
    memory = _memory()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as file:
            for table, columns in TABLES.items():
                rows = file.execute(f"SELECT * FROM {table}").fetchall()
                marks = ", ".join("?" for _ in columns.split(","))
                memory.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    except sqlite3.Error:
        # There is nothing to read, so progress begins here.
        pass
    return memory
