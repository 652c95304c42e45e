"""What lesson 13 starts ends with its kernel, however that ends."""

from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.jupyterlab import wait_for
from tests.notebooks.run import NOTEBOOKS
from tests.redis_server import redis_path
from websocket_lab.processes.child_process import listens


PLACES = "([*(worker.port for worker in workers), redis.port], redis._folder.name)"


@pytest.fixture
def kernel() -> Iterator[KernelManager]:
    redis_path()
    manager = KernelManager()
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


@contextmanager
def connected(kernel: KernelManager) -> Iterator[BlockingKernelClient]:
    client = kernel.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()


def run_the_lesson(client: BlockingKernelClient) -> tuple[list[int], Path]:
    """Run its cells but the last, which stops everything; return its ports, and Redis's folder."""
    lesson = nbformat.read(NOTEBOOKS / "13_scaling_out.ipynb", as_version=4)
    *cells, _ = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    for cell in cells:
        answer = client.execute_interactive(cell, timeout=90, output_hook=lambda _: None)["content"]
        assert answer["status"] == "ok", answer
    # The lesson has killed one of its workers.
    client.execute_interactive("workers.serve('server_snippets.step_02_echo:app')", timeout=60)
    places = client.execute_interactive("", user_expressions={"places": PLACES}, timeout=60)
    ports, folder = literal_eval(places["content"]["user_expressions"]["places"]["data"]["text/plain"])
    return ports, Path(folder)


@pytest.mark.parametrize(
    "end",
    [lambda kernel: kernel.shutdown_kernel(now=True), lambda kernel: kernel.restart_kernel()],
    ids=["killed", "restarted"],
)
def test_nothing_outlives_the_kernel(kernel: KernelManager, end: Callable[[KernelManager], None]) -> None:
    with connected(kernel) as client:
        ports, folder = run_the_lesson(client)
    assert all(map(listens, ports)) and folder.exists()

    end(kernel)

    wait_for(lambda: not any(map(listens, ports)), 30, "A process outlived the kernel that started it.")
    wait_for(lambda: not folder.exists(), 30, "The data of Redis outlived the kernel that started it.")
