"""Start-up: from `python3 start.py`, where everything is set up, to the first server in the first notebook.

No browser takes part: the benchmark asks JupyterLab for what a browser would ask it for.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import psutil
from websockets.sync.client import ClientConnection, connect

from benchmarks.results import Results
from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.grading.progress_database import VARIABLE as PROGRESS


COURSE = Path(__file__).resolve().parent.parent
NOTEBOOK = "notebooks/00_start_here.ipynb"
TOKEN = "benchmark"
DEADLINE = 120
FIRST_SERVER = """\
from fastapi import FastAPI
from websocket_lab import BackgroundServer
BackgroundServer(FastAPI()).start()"""


def run(quick: bool) -> list[Results]:
    """Return the seconds of each part of a start: on the clock, and of the processor."""
    results = Results("Start-up: seconds", ["wall", "processor"], ratios=False)
    rounds = 1 if quick else 3
    with ProgressBar(rounds) as bar:
        for _ in range(rounds):
            bar.show("start.py opens the course")
            visit(results)
            bar.advance()
    return [results]


def visit(results: Results) -> None:
    """Start the course once and note what each part takes."""
    with jupyterlab() as (server, url):
        with part(results, "start.py and JupyterLab, until it answers", server):
            wait_until(lambda: ask(url, "api/status") is not None)
        with part(results, "JupyterLab gives its page and the notebook", server):
            ask(url, f"lab/tree/{NOTEBOOK}")
            notebook = ask(url, f"api/contents/{NOTEBOOK}")
        first_cell = next(cell for cell in notebook["content"]["cells"] if cell["cell_type"] == "code")

        with part(results, "JupyterLab starts a kernel", server):
            body = {"path": NOTEBOOK, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
            kernel = ask(url, "api/sessions", body)["kernel"]["id"]
            channels = connect(f"ws{url.removeprefix('http')}/api/kernels/{kernel}/channels?token={TOKEN}")
        with channels:
            (process,) = server.children()
            with part(results, "the kernel, until it answers", process, from_its_start=True):
                execute(channels, "")
            with part(results, "a bare kernel's first cell", process):
                execute(channels, "pass")
            with part(results, "the first notebook's first cell", process):
                execute(channels, first_cell["source"])
            with part(results, "the first server, with FastAPI", process):
                execute(channels, FIRST_SERVER)


@contextmanager
def jupyterlab() -> Iterator[tuple[psutil.Process, str]]:
    """Begin to start the course with nobody's settings and progress."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, socket.socket() as free:
        own = {f"JUPYTER_{kind}_DIR": str(Path(folder, kind)) for kind in ("CONFIG", "DATA", "RUNTIME")}
        own[PROGRESS] = str(Path(folder, "progress"))
        own["IPYTHONDIR"] = str(Path(folder, "ipython"))
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
        command = [sys.executable, str(COURSE / "start.py"), *options, f"--IdentityProvider.token={TOKEN}"]
        with psutil.Popen(command, env=os.environ | own, stdout=subprocess.DEVNULL) as server:
            try:
                yield server, f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


@contextmanager
def part(
    results: Results, name: str, process: psutil.Process, from_its_start: bool = False
) -> Iterator[None]:
    """Note the time that the block takes, and the processor time of a process in it, or since its start."""
    begin, used = perf_counter(), 0.0 if from_its_start else processor_seconds(process)
    yield
    results.add(name, "wall", perf_counter() - begin)
    results.add(name, "processor", processor_seconds(process) - used)


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process, without its children's."""
    times = process.cpu_times()
    return float(times.user + times.system)


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as `condition` holds; raise TimeoutError after two minutes."""
    end = perf_counter() + DEADLINE
    while not condition():
        if perf_counter() > end:
            raise TimeoutError("JupyterLab does not answer.")
        sleep(0.02)


def ask(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Return what JupyterLab answers, None if it does not; send `body` if there is one."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    with suppress(OSError), urlopen(Request(f"{url}/{path}", data, headers), timeout=DEADLINE) as answer:
        text = answer.read().decode()
        return json.loads(text) if "json" in answer.headers["Content-Type"] else text
    return None


def execute(channels: ClientConnection, code: str) -> None:
    """Run code in the kernel and return when it has ended.

    Raises:
        RuntimeError: The code has raised.
    """
    number = uuid4().hex
    header = {
        **{"msg_id": number, "msg_type": "execute_request", "version": "5.4"},
        **{"session": "", "username": "", "date": ""},
    }
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    channels.send(json.dumps(message | {"channel": "shell", "buffers": []}))
    while True:
        answer = json.loads(channels.recv(DEADLINE))
        if answer["parent_header"].get("msg_id") == number and answer["msg_type"] == "execute_reply":
            if answer["content"]["status"] != "ok":
                raise RuntimeError(str(answer["content"]))
            return
