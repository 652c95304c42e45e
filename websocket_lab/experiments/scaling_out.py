"""Several processes: what they miss over Redis pub/sub, and how long a silent one counts as alive."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from redis import Redis
from starlette.types import ASGIApp

from websocket_lab.client.connection_state import ConnectionEnded
from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.until import until
from websocket_lab.experiments.plots import course_axes, show_plot
from websocket_lab.processes.private_redis import PrivateRedis
from websocket_lab.processes.workers import Worker, Workers
from websocket_lab.server.background_server import BackgroundServer


TWENTY = [f"text {number}" for number in range(20)]
RECOVERY_DEADLINE = 30.0
CHANNEL = "chat"
BETWEEN_ATTEMPTS = 0.5


class Speaker(Protocol):
    """Anything that can send a text, such as a panel."""

    def say(self, text: str) -> None:
        """Say a text."""


class Hearer(Protocol):
    """Anything that receives messages, such as a panel or a live client."""

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


def come_back(ben: Hearer, worker: Worker, deadline: float = RECOVERY_DEADLINE) -> list[dict[str, Any]]:
    """Let Ben come to another process of the whole server with the last id he saw; return what he gets.

    A process that was killed keeps its names for some seconds: until then he is refused, and tries again.

    Raises:
        TimeoutError: His name was not free in time.
    """
    last = [event["id"] for event in events_of(ben.messages) if "id" in event][-1]
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        with (
            LiveClient(worker.url(f"/ws/chat/lobby/Ben?after={last}"), "Ben") as again,
            suppress(ConnectionEnded),
        ):
            return events_of(again.receive_until(lambda text: '"users"' in str(text), deadline))
        time.sleep(BETWEEN_ATTEMPTS)
    raise TimeoutError(f"Ben's name was not free within {deadline:g} s.")


def event_words(event: Mapping[str, Any]) -> str:
    """Return an event of the chat in a few words."""
    match event:
        case {"type": "message", "from": name, "text": text}:
            return f"{name}: {text}"
        case {"type": kind, "username": name}:
            return f"{name} has {kind}"
        case {"type": "users", "users": names}:
            return f"online: {', '.join(names)}"
    return str(event["type"])


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


# By process: at which second it had how many seconds left.
Lifetimes = Mapping[str, Sequence[tuple[float, float]]]
BETWEEN_LOOKS = 0.05
FRESH = 1_200


async def watch_lifetimes(redis: Redis, kill: Callable[[], None], deadline: float = 30.0) -> Lifetimes:
    """Kill a process once all are well; return how long each had left to live until only others were renewed.

    Raises:
        TimeoutError: They were not well in time, or none expired in time.
    """
    await until(lambda: _all_are_well(redis), deadline)
    owners = dict(sorted(_owners(redis).items(), key=lambda pair: pair[1]))
    lives: dict[str, list[tuple[float, float]]] = {owner: [] for owner in owners.values()}
    kill()
    begin = time.monotonic()
    async with asyncio.timeout(deadline):
        while not _one_is_gone(lives.values()):
            moment = time.monotonic() - begin
            for key, owner in owners.items():
                lives[owner].append((moment, max(0, redis.pttl(key)) / 1000))
            await asyncio.sleep(BETWEEN_LOOKS)
    return lives


def plot_lifetimes(lives: Lifetimes) -> None:
    """Draw how long each process had left to live, and say it."""
    axes = course_axes("A silent process runs out of time")
    for owner, life in lives.items():
        moments, left = zip(*life, strict=True)
        (line,) = axes.plot(moments, left, linestyle="-", markevery=10, markersize=5)
        end = moments[-1], left[-1]
        axes.annotate(owner, end, (8, 0), textcoords="offset points", va="center", color=line.get_color())
    axes.set(xlabel="seconds", ylabel="seconds left to live", ylim=(0, None), xlim=(0, None))
    show_plot(axes)
    print(*[f"{owner}: {life_words([left for _, left in life])}" for owner, life in lives.items()], sep="\n")


def life_words(left: Sequence[float]) -> str:
    """Return in words how a lifetime went."""
    if not _was_renewed(left):
        return f"from {left[0]:.1f} s down to nothing"
    return f"renewed again and again, never below {min(left):.1f} s"


def _was_renewed(left: Sequence[float]) -> bool:
    return any(later > sooner for sooner, later in zip(left, left[1:], strict=False))


def _one_is_gone(lives: Iterable[Sequence[tuple[float, float]]]) -> bool:
    # On a busy machine another can be late with its next sign of life: then it is waited for.
    silent = [left for left in ([left for _, left in life] for life in lives) if not _was_renewed(left)]
    return len(silent) == 1 and silent[0][-1:] == [0]


def _all_are_well(redis: Redis) -> bool:
    # Right after an outage of Redis a process may not have said yet who is there.
    keys = list(redis.scan_iter("here:*"))
    return len(keys) > 1 and all(redis.get(key) != "[]" and redis.pttl(key) > FRESH for key in keys)


def _owners(redis: Redis) -> dict[str, str]:
    names = {key: json.loads(redis.get(key) or "[]") for key in redis.scan_iter("here:*")}
    return {key: f"{' and '.join(those) or 'nobody'}'s process" for key, those in names.items()}
