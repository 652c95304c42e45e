"""Step 13: one chat on two processes, which loses nothing when Redis or a process dies."""

import json
from collections.abc import Iterator

import pytest

from server_snippets.step_13_scaling_out import MemoryBroker, make_app
from tests.private_redis import private_redis
from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.experiments.scaling_out import TWENTY, ben_hears, count_listeners, texts_of, times_heard
from websocket_lab.processes.private_redis import PrivateRedis
from websocket_lab.processes.workers import Worker, Workers


APP = "server_snippets.step_13_scaling_out:app"


@pytest.fixture(scope="module")
def redis() -> Iterator[PrivateRedis]:
    with private_redis() as redis:
        yield redis


@pytest.fixture
def workers(redis: PrivateRedis) -> Iterator[Workers]:
    redis.start()
    with redis.client() as inside:
        inside.flushall()
    with Workers(2) as workers:
        yield workers.serve(APP, REDIS_URL=redis.url)


def client(worker: Worker, name: str, after: str = "") -> LiveClient:
    return LiveClient(worker.url(f"/ws/{name}?after={after}"), name, deadline=60)


def said(text: str) -> object:
    return lambda message: text in texts_of([message])


def test_two_processes_are_one_chat(workers: Workers) -> None:
    assert ben_hears(workers)


def test_without_redis_they_are_two() -> None:
    with Workers(2) as workers:
        assert not ben_hears(workers.serve(APP))


def test_over_pubsub_a_process_subscribes_once(redis: PrivateRedis, workers: Workers) -> None:
    workers.serve("server_snippets.step_13_pubsub_chat:app", REDIS_URL=redis.url)
    assert ben_hears(workers)
    assert count_listeners(workers, redis) == 2


def test_nothing_is_lost_or_doubled_when_redis_is_killed(redis: PrivateRedis, workers: Workers) -> None:
    with client(workers[0], "Ana") as ana, client(workers[1], "Ben") as ben:
        for text in TWENTY[:10]:
            ana.send(text)
        redis.kill()
        for text in TWENTY[10:]:
            ana.send(text)
        redis.start()
        for listener in (ana, ben):
            listener.wait_for(said(TWENTY[-1]))
            assert texts_of(listener.messages) == TWENTY


def test_who_was_on_a_killed_process_disappears(workers: Workers) -> None:
    with client(workers[0], "Ana") as ana, client(workers[1], "Ben") as ben:
        ana.wait_for('{"type": "users", "users": ["Ana", "Ben"]}')
        workers[1].kill()
        ana.wait_for('{"type": "users", "users": ["Ana"]}')
        assert ben.wait_closed() == 1006


def test_who_comes_back_to_another_process_gets_what_it_missed(workers: Workers) -> None:
    with client(workers[0], "Ana") as ana:
        ana.send("one")
        number = json.loads(ana.wait_for(said("one")))["id"]
        ana.send("two")
        ana.wait_for(said("two"))
    with client(workers[1], "Ben") as witness:
        witness.send("three")
        witness.wait_for(said("three"))
        with client(workers[1], "Ana", after=number) as again:
            again.receive()
            assert [each["text"] for each in json.loads(again.messages[0])["messages"]] == ["two", "three"]


def test_a_new_process_reads_the_history(redis: PrivateRedis, workers: Workers) -> None:
    with client(workers[0], "Ana") as ana:
        ana.send("old")
        ana.wait_for(said("old"))
    workers.serve(APP, REDIS_URL=redis.url)
    with client(workers[1], "Ben") as ben:
        assert [each["text"] for each in ben.receive_json()["messages"]] == ["old"]


def test_in_memory_everyone_on_the_process_hears_it_once() -> None:
    assert times_heard(make_app(MemoryBroker())) == 1


def test_what_a_broker_does_not_accept_the_speaker_learns() -> None:
    class Deaf(MemoryBroker):
        async def publish(self, channel: str, text: str) -> bool:
            return False

    with BackgroundServer(make_app(Deaf())) as server, LiveClient(server.url("/ws/Ana")) as ana:
        ana.send("hi")
        assert "not_accepted" in str(ana.wait_for(lambda text: '"error"' in str(text)))
