"""The end of the server: nothing that was acknowledged is lost, everyone hears why, and it does end."""

import asyncio
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.server_snippets.service import serving, stop
from websocket_lab import ConnectFailed, LiveClient


CLIENTS = 100
SPEAKERS = 5
REASON = re.compile(r"Restarting: reconnect after (\d+\.\d) s")
SECONDS = 60


class Listener:
    """A client that notes what it hears, to the last frame."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.heard: list[str] = []
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for text in self.websocket:
            self.heard.append(str(text))

    async def speak(self, name: str) -> None:
        """Say one thing after the other, until the connection ends."""
        with suppress(ConnectionClosed):
            for number in count():
                await self.websocket.send(f"{name}-{number}")
                # Some are on their way at any time, and other clients' turn comes, too.
                await asyncio.sleep(0.002)


async def crowd(port: int) -> list[Listener]:
    """Connect everyone to one endpoint on which all hear all, one after the other."""
    url = f"ws://127.0.0.1:{port}/ws"
    options = {"compression": None, "proxy": None, "open_timeout": SECONDS, "max_queue": None}
    return [Listener(await connect(f"{url}/{number}", **options)) for number in range(CLIENTS)]  # type: ignore


async def talk_until_the_end(port: int, process: "subprocess.Popen[str]") -> list[Listener]:
    """Let some speak without pause, end the server meanwhile, and return everyone when all is over."""
    everyone = await crowd(port)
    async with asyncio.timeout(SECONDS):
        speakers = [
            asyncio.create_task(listener.speak(f"s{number}"))
            for number, listener in enumerate(everyone[:SPEAKERS])
        ]
        while len(everyone[-1].heard) < 500:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*[listener.task for listener in everyone], *speakers, return_exceptions=True)
    return everyone


@pytest.fixture(scope="module")
def drained() -> Iterator[tuple[list[Listener], int, str]]:
    """Give everyone who was there, the exit code, and what the server printed."""
    with serving("--rate", "0", "--log-level", "info", "--drain-seconds", "60") as (port, process):
        everyone = asyncio.run(talk_until_the_end(port, process))
        output = process.communicate(timeout=SECONDS)[0]
        yield everyone, process.returncode, output


def said(listener: Listener) -> list[str]:
    """Return what a client heard of the speakers, in its order."""
    return [text for text in listener.heard if re.search(r": s\d+-\d+$", text)]


def test_all_hear_the_same_to_the_last_message(drained: tuple[list[Listener], int, str]) -> None:
    everyone, _, _ = drained
    last = said(everyone[-1])

    assert len(last) >= 400
    for listener in everyone:
        # Who came earlier heard more in the beginning; nobody spoke before the last had come.
        assert said(listener)[-len(last) :] == last


def test_everyone_gets_1012_and_the_time_to_come_back(drained: tuple[list[Listener], int, str]) -> None:
    everyone, _, _ = drained
    ends = [(listener.websocket.close_code, listener.websocket.close_reason) for listener in everyone]

    assert {code for code, _ in ends} == {1012}
    assert all(REASON.fullmatch(reason or "") for _, reason in ends), ends


def test_they_do_not_all_come_back_at_once(drained: tuple[list[Listener], int, str]) -> None:
    everyone, _, _ = drained

    assert len({listener.websocket.close_reason for listener in everyone}) > 3


def test_the_process_ends_well(drained: tuple[list[Listener], int, str]) -> None:
    _, code, output = drained

    assert code == 0
    assert f"event=drain open={CLIENTS}" in output
    assert f"event=drained told={CLIENTS} aborted=0" in output
    assert "ERROR" not in output and "Traceback" not in output


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_drains(sig: signal.Signals) -> None:
    with serving() as (port, process), LiveClient(f"ws://127.0.0.1:{port}/ws") as ana:
        ana.send("hi")
        assert ana.receive() == "Echo: hi"
        output = stop(process, sig)

        assert (ana.wait_closed(), process.returncode, output) == (1012, 0, "")
        assert REASON.fullmatch(ana.close_reason or "")


def test_a_stalled_client_cannot_hold_the_server() -> None:
    with serving("--rate", "0", "--drain-seconds", "2") as (port, process):
        url = f"ws://127.0.0.1:{port}/ws/7"
        with LiveClient(url, "Ben") as ben:
            eve = LiveClient(url, "Eve", ping_interval=None).connect()
            eve.pause_reading()
            for _ in range(200):
                ben.send("." * 60_000)
            ben.send("the end")
            ben.wait_for("Client 7: the end", deadline=SECONDS)
            output = stop(process)

            assert (ben.wait_closed(), process.returncode, output) == (1012, 0, "")
        eve.vanish()


def test_a_slow_client_gets_all_before_it_has_to_leave() -> None:
    with serving("--rate", "0", "--drain-seconds", "30") as (port, process):
        url = f"ws://127.0.0.1:{port}/ws/7"
        with LiveClient(url, "Ben") as ben, LiveClient(url, "Eve") as eve:
            eve.pause_reading()
            for number in range(90):
                ben.send(f"{number} " + "." * 60_000)
            ben.send("the end")
            ben.wait_for("Client 7: the end", deadline=SECONDS)
            process.send_signal(signal.SIGTERM)
            assert ben.wait_closed() == 1012
            eve.resume_reading()
            eve.wait_for("Client 7: the end", deadline=SECONDS)

            assert eve.wait_closed() == 1012


def status(port: int, path: str) -> int:
    """Return the status of an answer over HTTP."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def start_a_long_task(port: int, steps: int) -> LiveClient:
    """Return a client that has started a task, so that the server has something to finish."""
    ana = LiveClient(f"ws://127.0.0.1:{port}/ws/tasks").connect()
    ana.send(f'{{"action": "start", "name": "report", "steps": {steps}}}')
    ana.wait_for(lambda text: '"progress"' in str(text))
    return ana


def test_while_it_drains_it_is_healthy_but_not_ready_and_refuses_newcomers() -> None:
    with serving("--drain-seconds", "20") as (port, process):
        assert status(port, "/ready") == 200
        ana = start_a_long_task(port, 1000)
        process.send_signal(signal.SIGTERM)
        while status(port, "/ready") == 200:
            pass

        assert (status(port, "/ready"), status(port, "/health")) == (503, 200)
        with pytest.raises(ConnectFailed) as failure:
            LiveClient(f"ws://127.0.0.1:{port}/ws").connect()
        assert failure.value.status == 503
        ana.send('{"action": "start", "name": "another", "steps": 1}')
        assert ana.wait_for(lambda text: '"restarting"' in str(text))


def test_a_task_is_finished_before_the_goodbye() -> None:
    with serving("--drain-seconds", "30") as (port, process):
        ana = start_a_long_task(port, 10)
        assert stop(process) == ""

        assert ana.wait_closed() == 1012
        assert '"finished"' in str(ana.messages[-1])


def test_a_task_that_takes_too_long_is_cancelled_and_its_watchers_hear_it() -> None:
    with serving("--drain-seconds", "1") as (port, process):
        ana = start_a_long_task(port, 1000)
        assert stop(process) == ""

        assert ana.wait_closed() == 1012
        assert '"cancelled"' in str(ana.messages[-1])


def test_a_second_ctrl_c_ends_it_at_once() -> None:
    with serving("--drain-seconds", "600") as (port, process):
        ana = start_a_long_task(port, 1000)
        process.send_signal(signal.SIGINT)
        while status(port, "/ready") == 200:
            pass
        output = stop(process, signal.SIGINT)

        assert (process.returncode, output) == (0, "")
        assert ana.wait_closed() in {1006, 1012}
