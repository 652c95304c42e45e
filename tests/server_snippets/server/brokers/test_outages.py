"""Two processes, two hundred clients: what is accepted comes once, whatever dies meanwhile."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.redis_server import PASSWORD, RedisServer
from tests.server_snippets.cluster import Worker
from tests.server_snippets.server.test_crowd import Guest
from websocket_lab import LiveClient


CLIENTS, SPEAKERS = 200, 20


@pytest.fixture
def workers(redis: RedisServer, log: Path) -> Iterator[list[Worker]]:
    """Run two processes that may be killed."""
    with ExitStack() as stack:
        yield [stack.enter_context(Worker(redis.url, log)) for _ in range(2)]


class Speaker:
    """A guest who says one thing after the other, each when it is known what became of the one before."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self.unknown: list[str] = []

    async def say(self, text: str) -> None:
        """Say something, and note what becomes of it."""
        guest = self.guest
        errors = len(guest.errors)
        await guest.say(text)
        await guest.until(lambda: text in guest.own_texts or len(guest.errors) > errors)
        if len(guest.errors) == errors:
            self.accepted.append(text)
        else:
            (self.unknown if "not known" in guest.errors[-1] else self.refused).append(text)

    async def talk(self, is_over: asyncio.Event) -> None:
        """Go on saying things."""
        number = 0
        while not is_over.is_set():
            number += 1
            await self.say(f"{self.guest.name} {number}")
            if self.guest.errors:
                # Who is refused tries again a little later.
                await asyncio.sleep(0.05)


async def gather_guests(workers: list[Worker]) -> list[Guest]:
    """Return two hundred guests, who are all in, every second one on the same process."""
    guests = [Guest(f"guest-{number}") for number in range(CLIENTS)]
    await asyncio.gather(
        *[guest.join(workers[number % len(workers)].url()) for number, guest in enumerate(guests)]
    )
    for guest in guests:
        await guest.until(lambda guest=guest: count_users(guest) == CLIENTS)
    return guests


def count_users(guest: Guest) -> int:
    """Return how many are in the room as far as a guest knows."""
    lists = [event["users"] for event in guest.heard if event["type"] == "users"]
    return len(lists[-1])


def texts(guest: Guest) -> list[str]:
    """Return what a guest has heard since all were there."""
    return [event["text"] for event in guest.heard if event["type"] == "message"]


async def until(condition: Any) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def talk_through_an_outage(
    redis: RedisServer, workers: list[Worker]
) -> tuple[list[Guest], list[Speaker], Speaker]:
    """Let twenty speak, kill the broker, start it again when somebody was refused something, and go on."""
    guests = await gather_guests(workers)
    speakers = [Speaker(guest) for guest in guests[:SPEAKERS]]
    is_over = asyncio.Event()
    talks = [asyncio.create_task(speaker.talk(is_over)) for speaker in speakers]
    await until(lambda: all(len(speaker.accepted) >= 5 for speaker in speakers))
    await asyncio.to_thread(redis.kill)
    # Not one of the twenty: what they said may be accepted, and is heard when the broker is back.
    late = Speaker(guests[-1])
    while not late.refused:
        await late.say(f"while it is away, {len(late.unknown)}")
    await asyncio.to_thread(redis.start)
    before = [len(speaker.accepted) for speaker in speakers]
    await until(lambda: all(len(s.accepted) >= count + 5 for s, count in zip(speakers, before, strict=True)))
    is_over.set()
    await asyncio.gather(*talks)
    await guests[0].say("the end")
    for guest in guests:
        await guest.until(lambda guest=guest: guest.heard[-1].get("text") == "the end")
    await asyncio.gather(*[guest.leave("vanish") for guest in guests])
    return guests, speakers, late


def test_a_killed_broker_loses_and_doubles_nothing_that_was_accepted(
    redis: RedisServer, workers: list[Worker], log: Path
) -> None:
    guests, speakers, late = asyncio.run(talk_through_an_outage(redis, workers))
    heard = texts(guests[0])
    times = Counter(heard)

    for guest in guests:
        assert texts(guest) == heard, guest.name
    for speaker in speakers:
        assert {times[text] for text in speaker.accepted} == {1}
        assert {times[text] for text in speaker.refused} <= {0}
        assert {times[text] for text in speaker.unknown} <= {0, 1}
    assert {times[text] for text in late.refused} == {0}
    # Nobody was thought to have left, and each process said once what was lost, and once that it was back.
    assert {event["type"] for event in guests[0].heard} <= {"history", "joined", "users", "message", "error"}
    assert (said(log)["is lost"], said(log)["is back"]) == (2, 2)
    assert PASSWORD not in log.read_text()


def said(log: Path) -> Counter[str]:
    """Return how often the processes have said of the broker that it is lost, still lost or back."""
    return Counter(
        re.findall(r"The broker 127\.0\.0\.1:\d+ (is lost|is still lost|is back)\b", log.read_text())
    )


def look_in(worker: Worker) -> None:
    """Come in and leave; both go through the broker."""
    with LiveClient(worker.url("/ws/chat/lobby/ana"), deadline=60) as ana:
        assert ana.receive_json()["type"] == "history"
        assert ana.receive_json()["type"] == "joined"


def test_what_is_lost_while_nobody_speaks_is_lost_once(
    redis: RedisServer, workers: list[Worker], log: Path
) -> None:
    for worker in workers:
        look_in(worker)
    redis.kill()
    asyncio.run(until(lambda: said(log)["is lost"] == 2))
    redis.start()
    asyncio.run(until(lambda: said(log)["is back"] == 2))
    for worker in workers:
        look_in(worker)

    # A Redis that is met while it reads its file adds that it is still lost, and why.
    assert (said(log)["is lost"], said(log)["is back"]) == (2, 2)


def test_a_broker_that_comes_back_and_reads_its_file_first_is_said_to_be_loading(
    redis: RedisServer, workers: list[Worker], log: Path
) -> None:
    with Redis.from_url(redis.url) as admin, admin.pipeline(transaction=False) as many:
        for number in range(10_000):
            many.set(f"key {number}", "")
        many.execute()
    redis.kill()
    asyncio.run(until(lambda: said(log)["is lost"] == 2))
    # Three seconds for the file; after each thousand of its commands, Redis says that it is loading.
    redis.start(key_load_delay="300")
    asyncio.run(until(lambda: said(log)["is back"] == 2))

    for worker in workers:
        look_in(worker)
    assert said(log) == {"is lost": 2, "is still lost": 2, "is back": 2}
    assert log.read_text().count("is still lost (LOADING Redis is loading the dataset in memory).") == 2


async def outlive_a_worker(workers: list[Worker]) -> tuple[list[Guest], list[str]]:
    """Kill a process, wait until its guests have left, and let one of them come again."""
    guests = await gather_guests(workers)
    stayers, victims = guests[::2], [guest.name for guest in guests[1::2]]
    workers[1].kill()
    await asyncio.gather(*[guest.listener for guest in guests[1::2]], return_exceptions=True)
    for guest in stayers:
        await guest.until(lambda guest=guest: count_users(guest) == len(stayers))
    again = Guest(victims[0])
    await again.join(workers[0].url())
    await again.say("the end")
    for guest in stayers:
        await guest.until(lambda guest=guest: guest.heard[-1].get("text") == "the end")
    await asyncio.gather(*[guest.leave("vanish") for guest in [*stayers, again]])
    return stayers, victims


def test_the_guests_of_a_killed_process_leave_once_and_their_names_are_free(workers: list[Worker]) -> None:
    stayers, victims = asyncio.run(outlive_a_worker(workers))

    for guest in stayers:
        assert guest.names("left") == Counter(victims)
        assert guest.names("joined")[victims[0]] <= 2


def expect_in_and_heard(ana: LiveClient) -> None:
    """Expect to be let in, and to hear what one says."""
    assert [ana.receive_json()["type"] for _ in range(3)] == ["history", "joined", "users"]
    ana.send_json({"action": "message", "text": "hi"})
    assert ana.receive_json()["text"] == "hi"


def test_who_comes_while_the_broker_is_away_is_told_so_and_let_in_when_it_is_back(
    redis: RedisServer, workers: list[Worker]
) -> None:
    redis.kill()
    with LiveClient(workers[0].url("/ws/chat/lobby/ana")) as ana:
        assert ana.receive_json()["code"] == "unavailable"
        ana.send_json({"action": "message", "text": "hi"})
        assert ana.receive_json()["code"] == "unavailable"
        redis.start()
        expect_in_and_heard(ana)


def test_who_comes_before_the_broker_was_ever_there_is_let_in_when_it_comes(
    redis: RedisServer, log: Path
) -> None:
    redis.kill()
    with Worker(redis.url, log) as worker:
        ana = LiveClient(worker.url("/ws/chat/lobby/ana"), "Ana", deadline=60).connect()
        assert ana.receive_json()["code"] == "unavailable"
        redis.start()
        expect_in_and_heard(ana)
        ana.disconnect()


def test_who_leaves_while_the_broker_is_away_has_left_when_it_is_back(
    redis: RedisServer, workers: list[Worker]
) -> None:
    with (
        LiveClient(workers[0].url("/ws/chat/lobby/ana")) as ana,
        LiveClient(workers[1].url("/ws/chat/lobby/ben"), "Ben") as ben,
    ):
        ana.wait_for(lambda text: '"users":["ana","ben"]' in text)
        redis.kill()
        ben.vanish()
        redis.start()

        assert [ana.receive_json()["type"] for _ in range(2)] == ["left", "users"]


def test_a_broker_that_has_lost_its_memory_knows_everyone_again(
    tmp_path: Path, redis: RedisServer, workers: list[Worker]
) -> None:
    with (
        LiveClient(workers[0].url("/ws/chat/lobby/ana")) as ana,
        LiveClient(workers[1].url("/ws/chat/lobby/ben"), "Ben") as ben,
    ):
        for client in (ana, ben):
            client.wait_for(lambda text: '"users":["ana","ben"]' in text)
        redis.kill()
        redis.forget()
        redis.start()
        event = {"type": "error"}
        while event["type"] == "error":
            ana.send_json({"action": "message", "text": "hi"})
            event = ana.receive_json()
        assert ben.receive_json() == event
        with LiveClient(workers[1].url("/ws/chat/lobby/ana"), "a second Ana") as second:
            assert second.wait_closed() == 4009


def test_the_tasks_of_a_killed_process_have_failed(workers: list[Worker]) -> None:
    with (
        LiveClient(workers[0].url("/ws/tasks")) as ana,
        LiveClient(workers[1].url("/ws/tasks"), "Ben") as ben,
    ):
        ana.send_json({"action": "start", "name": "report", "steps": 1000})
        ben.wait_for(lambda text: "progress" in text)
        workers[0].kill()

        assert ben.wait_for(lambda text: '"failed"' in text)
        ben.send_json({"action": "list"})
        assert ben.wait_for('{"type":"tasks","tasks":[]}')
