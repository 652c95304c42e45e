"""The end of several workers over Redis: a signal to their parent drains them all, and nothing is lost."""

import asyncio
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from secrets import token_hex

import pytest
from redis import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server_snippets.main import Settings
from server_snippets.server.brokers.redis.log_entry import LogEntry
from server_snippets.server.brokers.redis.scripts import Keys
from tests.redis_server import RedisServer
from tests.server_snippets.service import Printed, serving
from websocket_lab import LiveClient


KEYS = Keys(Settings.redis_prefix)
CLIENTS = 16
SPEAKERS = 4
# The Redis is shared with other tests.
ROOM = f"room-{token_hex(4)}"
REASON = re.compile(r"Restarting: reconnect after \d+\.\d s")
SECONDS = 60
# Long enough for a machine that is held up: nobody may be cut off.
WORKERS = ("--workers", "2", "--rate", "0", "--log-level", "info", "--drain-seconds", "60")


class Member:
    """A client in the room that notes what is said, to the last frame."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.heard: list[str] = []
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for text in self.websocket:
            event = json.loads(text)
            if event["type"] == "message":
                self.heard.append(event["text"])

    async def speak(self, name: str) -> None:
        """Say one thing after the other, until the connection ends."""
        with suppress(ConnectionClosed):
            for number in count():
                await self.websocket.send(json.dumps({"action": "message", "text": f"{name}-{number}"}))
                await asyncio.sleep(0.01)


async def enter(port: int, number: int) -> Member:
    """Let one more into the room."""
    url = f"ws://127.0.0.1:{port}/ws/chat/{ROOM}/client-{number}"
    return Member(await connect(url, proxy=None, open_timeout=SECONDS, max_queue=None))


async def fill_the_room(port: int, printed: Printed) -> list[Member]:
    """Let people in, a few at a time, until each worker has some: one may start long after the other."""
    everyone: list[Member] = []
    while len(everyone) < CLIENTS or len(set(printed.workers_of_clients())) < 2:
        numbers = range(len(everyone), len(everyone) + SPEAKERS)
        everyone += await asyncio.gather(*[enter(port, number) for number in numbers])
        while len(printed.workers_of_clients()) < len(everyone):
            await asyncio.sleep(0.01)
    return everyone


async def talk_until_the_end(port: int, process: "subprocess.Popen[str]", printed: Printed) -> list[Member]:
    """Let some speak without pause, end the server meanwhile, and return everyone when all is over."""
    async with asyncio.timeout(SECONDS):
        everyone = await fill_the_room(port, printed)
        speaking = [
            asyncio.create_task(member.speak(f"s{number}"))
            for number, member in enumerate(everyone[:SPEAKERS])
        ]
        while min(len(member.heard) for member in everyone) < 100:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*[member.task for member in everyone], *speaking, return_exceptions=True)
    return everyone


def all_that_was_said(redis_url: str) -> list[str]:
    """Return what was said in the room, from the log: the 50 last ones may all come from one worker."""
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        entries = [LogEntry.read(field) for _, fields in redis.xrange(KEYS.log) for field in fields.items()]
    return [
        json.loads(entry.message)["text"]
        for entry in entries
        if (entry.kind, entry.room) == ("published", ROOM)
    ]


class Drained:
    """What was seen of the end: everyone who was there, what the workers printed, and what is remembered."""

    def __init__(self, redis_url: str) -> None:
        with serving(*WORKERS, redis_url=redis_url) as (port, process):
            assert process.stdout
            printed = Printed(process.stdout)
            self.everyone = asyncio.run(talk_until_the_end(port, process, printed))
            self.output = printed.all(SECONDS)
            self.exit_code = process.wait(SECONDS)
        with (
            serving(redis_url=redis_url) as (port, _),
            LiveClient(f"ws://127.0.0.1:{port}/ws/chat/{ROOM}/late", deadline=SECONDS) as late,
        ):
            self.history = [message["text"] for message in late.receive_json()["messages"]]
        self.said = all_that_was_said(redis_url)


@pytest.fixture(scope="module")
def drained(redis_server: RedisServer) -> Iterator[Drained]:
    yield Drained(redis_server.url)


def test_everyone_on_each_worker_gets_1012_and_the_time_to_come_back(drained: Drained) -> None:
    ends = [(member.websocket.close_code, member.websocket.close_reason) for member in drained.everyone]

    assert {code for code, _ in ends} == {1012}
    assert all(REASON.fullmatch(reason or "") for _, reason in ends), ends


def test_all_workers_drain_and_the_parent_ends_well(drained: Drained) -> None:
    told = re.findall(r"event=drained told=(\d+) aborted=0", drained.output)

    assert len(told) == 2 and sum(map(int, told)) == len(drained.everyone), drained.output
    assert drained.exit_code == 0
    assert "ERROR" not in drained.output and "Traceback" not in drained.output


def test_everyone_has_heard_without_a_gap_what_was_said_in_its_order(drained: Drained) -> None:
    for member in drained.everyone:
        begin = drained.said.index(member.heard[0])

        assert member.heard == drained.said[begin : begin + len(member.heard)]


def test_the_next_server_remembers_the_last_of_it(drained: Drained) -> None:
    assert drained.history == drained.said[-50:]


def test_a_speaker_hears_an_answer_to_all_that_was_taken_from_them(drained: Drained) -> None:
    for number, speaker in enumerate(drained.everyone[:SPEAKERS]):
        taken = [text for text in drained.said if text.startswith(f"s{number}-")]

        assert set(taken) <= set(speaker.heard)


async def watch_a_task_to_its_end(port: int, process: "subprocess.Popen[str]") -> list[str]:
    """Start a task that both workers have watchers of, end the server, and return what each heard last."""
    assert process.stdout
    printed = Printed(process.stdout)
    watchers: list[ClientConnection] = []
    async with asyncio.timeout(SECONDS):
        while len(set(printed.workers_of_clients())) < 2:
            url = f"ws://127.0.0.1:{port}/ws/tasks"
            watchers.append(await connect(url, proxy=None, open_timeout=SECONDS, max_queue=None))
            while len(printed.workers_of_clients()) < len(watchers):
                await asyncio.sleep(0.01)
        await watchers[0].send(json.dumps({"action": "start", "name": "report", "steps": 10}))
        for watcher in watchers:
            while '"started"' not in await watcher.recv(decode=True):
                pass
        process.send_signal(signal.SIGTERM)
        return await asyncio.gather(*[last_word(watcher) for watcher in watchers])


async def last_word(watcher: ClientConnection) -> str:
    """Return the type of the last event before the connection ends."""
    event = {"type": "none"}
    with suppress(ConnectionClosed):
        async for text in watcher:
            event = json.loads(text)
    return event["type"]


def test_watchers_on_both_workers_see_how_a_task_ends(redis_server: RedisServer) -> None:
    with serving(*WORKERS, "--drain-seconds", "60", redis_url=redis_server.url) as (port, process):
        assert set(asyncio.run(watch_a_task_to_its_end(port, process))) == {"finished"}
        assert process.wait(SECONDS) == 0


def readiness(port: int) -> int:
    """Return the status of an answer to `GET /ready`, or 0 if there was none: that worker has just ended."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def test_while_a_worker_finishes_a_task_the_port_is_not_ready(redis_server: RedisServer) -> None:
    with (
        serving("--workers", "2", "--drain-seconds", "30", redis_url=redis_server.url) as (port, process),
        LiveClient(f"ws://127.0.0.1:{port}/ws/tasks", deadline=SECONDS) as ana,
    ):
        ana.send_json({"action": "start", "name": "report", "steps": 1000})
        started = json.loads(ana.wait_for(lambda text: '"started"' in str(text)))
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + SECONDS
        while (status := readiness(port)) != 503:
            assert status in {0, 200} and time.monotonic() < deadline
        ana.send_json({"action": "cancel", "task_id": started["task_id"]})

        assert process.wait(SECONDS) == 0
        assert ana.wait_closed() == 1012
        assert '"cancelled"' in str(ana.messages[-1])
