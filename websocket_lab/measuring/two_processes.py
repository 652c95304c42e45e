"""The scenes of lesson 13: Ana on one process, Ben on another, and what each hears."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from starlette.types import ASGIApp

from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.until import until
from websocket_lab.processes.private_redis import PrivateRedis
from websocket_lab.processes.workers import Worker, Workers
from websocket_lab.server.background_server import BackgroundServer


TWENTY = [f"text {number}" for number in range(20)]
RECOVERY_DEADLINE = 30.0
CHANNEL = "chat"


class Speaker(Protocol):
    """Whoever can say something, such as a panel."""

    def say(self, text: str) -> None:
        """Say a text."""


class Hearer(Protocol):
    """Whoever hears messages, such as a panel or a live client."""

    @property
    def messages(self) -> list[str | bytes]:
        """What it has heard, oldest first."""

    def wait_for(self, expected: Any, deadline: float | None = None) -> str | bytes:
        """Return when it has heard what is expected."""


def ben_hears(workers: Workers) -> bool:
    """Return whether Ben, on one process, hears what Ana says on the other."""
    with _visitor(workers[0], "Ana") as ana, _visitor(workers[1], "Ben") as ben:
        for speaker in (ana, ben):
            speaker.send(speaker.name)
            speaker.wait_for(_said(speaker.name))
        return "Ana" in texts_of(ben.messages)


def times_heard(app: ASGIApp) -> int:
    """Return how often Ana hears what she says once to this app."""
    with BackgroundServer(app) as server, LiveClient(server.url("/ws/Ana"), "Ana") as ana:
        ana.send("hi")
        ana.send("bye")
        # What comes by the broker has an id, and comes last.
        ana.wait_for(lambda text: '"bye"' in str(text) and '"id"' in str(text))
        return texts_of(ana.messages).count("hi")


def count_listeners(workers: Workers, redis: PrivateRedis, clients: int = 20) -> int:
    """Let more clients come; return how many connections to Redis listen to pub/sub then."""
    crowd = [_visitor(workers[number % 2], "Eve").connect() for number in range(clients)]
    with redis.client() as inside:
        listeners = len(inside.client_list(_type="pubsub"))
    for client in crowd:
        client.disconnect()
    return listeners


async def cry_in_the_gap(redis: PrivateRedis, text: str) -> int:
    """Let Redis cut all subscriptions to the chat and publish a text at once; return how many it has reached.

    Raises:
        TimeoutError: The processes did not subscribe again in time.
    """
    cry = json.dumps({"type": "message", "id": "cry", "from": "Eve", "text": text})
    with redis.client() as inside:
        before = inside.pubsub_numsub(CHANNEL)
        # One transaction: nobody can subscribe again between its two commands.
        breath = inside.pipeline().client_kill_filter(_type="pubsub").publish(CHANNEL, cry)
        _, reached = breath.execute()
        await until(lambda: inside.pubsub_numsub(CHANNEL) == before, RECOVERY_DEADLINE)
    return int(reached)


def say_twenty(ana: Speaker, ben: Hearer, redis: PrivateRedis) -> list[str]:
    """Let Ana say twenty texts while Redis is killed and comes back; return what Ben hears."""
    for text in TWENTY[:10]:
        ana.say(text)
    redis.kill()
    for text in TWENTY[10:]:
        ana.say(text)
    redis.start()
    ben.wait_for(_said(TWENTY[-1]), RECOVERY_DEADLINE)
    return texts_of(ben.messages)


def what_ben_missed(ben: Hearer, worker: Worker) -> list[str]:
    """Let Ben come to another process with the id of the last message he saw; return what he gets."""
    last = [event["id"] for event in events_of(ben.messages) if event["type"] == "message"][-1]
    with LiveClient(worker.url(f"/ws/Ben?after={last}"), "Ben") as again:
        return [message["text"] for message in again.receive_json()["messages"]]


def events_of(messages: list[str | bytes]) -> list[dict[str, Any]]:
    """Return messages, parsed as JSON."""
    return [json.loads(message) for message in messages]


def texts_of(messages: list[str | bytes]) -> list[str]:
    """Return what was said in them, without history and lists of users."""
    return [event["text"] for event in events_of(messages) if event["type"] == "message"]


def _visitor(worker: Worker, name: str) -> LiveClient:
    return LiveClient(worker.url(f"/ws/{name}"), name)


def _said(wanted: str) -> Callable[[str | bytes], bool]:
    return lambda message: wanted in texts_of([message])
