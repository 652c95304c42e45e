"""A widget's messages, as a front end sends them that has chosen no subshell."""

from collections.abc import Iterator
from queue import Empty
from time import monotonic, sleep

import ipykernel
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel


QUESTION = """
import asyncio, threading
from websocket_lab import Prediction

prediction = Prediction("How many?", ["1", "2"])
received = threading.Event()
prediction.observe(lambda _: received.set(), "chosen")
"""
HELD_UP = """
import time

slow, asked = Prediction("How slow?", ["1"]), Prediction("How many?", ["1", "2"])
slow.observe(lambda _: time.sleep(0.5), "chosen")
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel()
    run(client, QUESTION)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def comm(kernel: BlockingKernelClient) -> str:
    """Return the number of the widget's comm."""
    return value(kernel, "prediction.model_id")


def run(kernel: BlockingKernelClient, code: str) -> None:
    answer = kernel.execute_interactive(code, timeout=60)["content"]
    assert answer["status"] == "ok", answer


def value(kernel: BlockingKernelClient, expression: str) -> str:
    answer = kernel.execute_interactive("", user_expressions={"it": expression}, timeout=60)
    text = answer["content"]["user_expressions"]["it"]["data"]["text/plain"]
    return str(text).strip("'")


def choose(kernel: BlockingKernelClient, comm: str, option: str) -> None:
    data = {"method": "update", "state": {"chosen": option}, "buffer_paths": []}
    kernel.shell_channel.send(kernel.session.msg("comm_msg", {"comm_id": comm, "data": data}))


def ends(kernel: BlockingKernelClient, seconds: float) -> Iterator[str]:
    """Yield the number of each request whose end the kernel tells."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        try:
            message = kernel.get_iopub_msg(timeout=1)
        except Empty:
            continue
        if message["content"].get("execution_state") == "idle":
            yield message["parent_header"]["msg_id"]


@pytest.mark.skipif(ipykernel.version_info < (7, 4), reason="Before 7.4, ipykernel does not ask the comm.")
def test_it_is_heard_while_a_cell_computes(kernel: BlockingKernelClient, comm: str) -> None:
    choose(kernel, comm, "1")
    run(kernel, "assert received.wait(30); received.clear()")
    cell = kernel.execute("heard_meanwhile = received.wait(30)")
    choose(kernel, comm, "2")

    assert cell in ends(kernel, 60)
    assert value(kernel, "heard_meanwhile") == "True"


@pytest.mark.skipif(ipykernel.version_info < (7, 4), reason="Before 7.4, ipykernel does not ask the comm.")
def test_what_was_chosen_before_the_answer_counts_however_late_it_is_heard(
    kernel: BlockingKernelClient,
) -> None:
    run(kernel, HELD_UP)
    slow, asked = [value(kernel, f"{name}.model_id") for name in ("slow", "asked")]
    choose(kernel, slow, "1")
    choose(kernel, asked, "2")

    assert value(kernel, "asked.reveal(2)") == "✓ You predicted “2”, and so it was."


# In ipykernel 7.4.0 a message to the main thread, in a cell that awaits, takes the end of the cell after it.
def test_it_does_not_take_the_end_of_a_cell_that_awaits(kernel: BlockingKernelClient, comm: str) -> None:
    for _ in range(20):
        first = kernel.execute("for _ in range(5): await asyncio.sleep(0.002)")
        second = kernel.execute("await asyncio.sleep(0.01)")
        for option in "12" * 10:
            choose(kernel, comm, option)
            # Spread over both cells: this is no waiting, and the test holds however long it takes.
            sleep(0.001)

        ended = ends(kernel, 60)
        assert first in ended and second in ended
