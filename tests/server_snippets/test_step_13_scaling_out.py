"""Step 13: one chat on two processes, which loses nothing when Redis or a process dies."""

import inspect
import json
from collections.abc import Iterator

import pytest

from server_snippets.server.brokers import base, memory
from server_snippets.server.brokers.base import Unavailable
from server_snippets.server.brokers.redis import broker as redis_broker
from server_snippets.server.connections.manager import Message
from server_snippets.step_13_pubsub_chat import PubSubBroker
from server_snippets.step_13_redis_broker import Broker, RedisBroker
from server_snippets.step_13_scaling_out import MemoryBroker, make_app
from tests.private_redis import private_redis
from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.experiments.scaling_out import (
    TWENTY,
    count_subscriptions,
    does_ben_receive,
    texts_of,
    times_received,
)
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
    assert does_ben_receive(workers) == "yes"


def test_without_redis_they_are_two() -> None:
    with Workers(2) as workers:
        assert does_ben_receive(workers.serve(APP)) == "no"


def test_over_pubsub_a_process_subscribes_once(redis: PrivateRedis, workers: Workers) -> None:
    workers.serve("server_snippets.step_13_pubsub_chat:app", REDIS_URL=redis.url)
    assert does_ben_receive(workers) == "yes"
    assert count_subscriptions(workers, redis) == 2


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


def test_clients_of_a_killed_process_disappear(workers: Workers) -> None:
    with client(workers[0], "Ana") as ana, client(workers[1], "Ben") as ben:
        ana.wait_for('{"type": "users", "users": ["Ana", "Ben"]}')
        workers[1].kill()
        ana.wait_for('{"type": "users", "users": ["Ana"]}')
        assert ben.wait_closed() == 1006


def test_a_client_that_comes_back_to_another_process_gets_what_it_missed(workers: Workers) -> None:
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


def test_in_memory_a_client_receives_a_message_once() -> None:
    assert times_received(make_app(MemoryBroker())) == 1


def test_a_client_learns_that_its_message_was_not_accepted() -> None:
    class Away(MemoryBroker):
        async def publish(self, place: str, room: str, message: Message) -> None:
            raise Unavailable

    with BackgroundServer(make_app(Away())) as server, LiveClient(server.url("/ws/Ana")) as ana:
        ana.send("hi")
        assert "unavailable" in str(ana.wait_for(lambda text: '"error"' in str(text)))


def test_the_chat_runs_on_the_whole_server_s_brokers(redis: PrivateRedis) -> None:
    redis.start()
    for broker in (memory.MemoryBroker(), redis_broker.RedisBroker(redis.url)):
        with (
            BackgroundServer(make_app(broker)) as server,
            LiveClient(server.url("/ws/Ana"), deadline=60) as ana,
        ):
            ana.wait_for('{"type": "users", "users": ["Ana"]}')
            ana.send("hi")
            ana.wait_for(said("hi"))


@pytest.mark.parametrize(
    ("small", "finished"),
    [
        (Broker, base.Broker),
        (MemoryBroker, memory.MemoryBroker),
        (RedisBroker, redis_broker.RedisBroker),
        (PubSubBroker, base.Broker),
    ],
    ids=lambda kind: kind.__name__,
)
def test_a_broker_has_the_methods_of_the_whole_server_s(small: type, finished: type) -> None:
    for name in ("subscribe", "publish", "join", "leave", "running"):
        method, model = getattr(small, name), getattr(finished, name)
        parameters = list(inspect.signature(method).parameters)

        assert parameters == list(inspect.signature(model).parameters)[: len(parameters)]
        assert inspect.iscoroutinefunction(method) is inspect.iscoroutinefunction(model)
