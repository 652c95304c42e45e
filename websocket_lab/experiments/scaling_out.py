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
CHANNEL, PLACE, ROOM = "events", "chat", "lobby"
BETWEEN_ATTEMPTS = 0.5


class Sender(Protocol):
    """Anything that can send a text, such as a panel."""

    def say(self, text: str) -> None:
        """Send a text."""


class Receiver(Protocol):
    """Anything that receives messages, such as a panel or a live client."""

    @property
    def messages(self) -> list[str | bytes]:
        """What it has received, oldest first."""

    def wait_for(self, expected: Any, deadline: float | None = None) -> str | bytes:
        """Return when it has received what is expected."""


def does_ben_receive(workers: Workers) -> str:
    """Return “yes” or “no”: whether Ben, on one process, receives what Ana sends on the other."""
    with _visitor(workers[0], "Ana") as ana, _visitor(workers[1], "Ben") as ben:
        for sender in (ana, ben):
            sender.send(sender.name)
            sender.wait_for(_said(sender.name))
        return "yes" if "Ana" in texts_of(ben.messages) else "no"


def times_received(app: ASGIApp) -> int:
    """Return how often Ana receives what she sends once to this app."""
    with BackgroundServer(app) as server, LiveClient(server.url("/ws/Ana"), "Ana") as ana:
        ana.send("hi")
        ana.send("bye")
        # What comes by the broker has an id, and comes last.
        ana.wait_for(lambda text: '"bye"' in str(text) and '"id"' in str(text))
        return texts_of(ana.messages).count("hi")


def count_subscriptions(workers: Workers, redis: PrivateRedis, clients: int = 20) -> int:
    """Connect more clients; return how many connections to Redis are subscribed then."""
    crowd = [_visitor(workers[number % 2], f"Eve{number}").connect() for number in range(clients)]
    with redis.client() as inside:
        subscribed = len(inside.client_list(_type="pubsub"))
    for client in crowd:
        client.disconnect()
    return subscribed


async def publish_while_disconnected(redis: PrivateRedis, text: str) -> int:
    """Have Redis drop all subscriptions and publish a text in one transaction; return how many it reached.

    Raises:
        TimeoutError: The processes did not subscribe again in time.
    """
    event = {"type": "message", "id": "missed", "from": "Eve", "text": text}
    with redis.client() as inside:
        before = inside.pubsub_numsub(CHANNEL)
        # One transaction: no process can subscribe again between its two commands.
        transaction = inside.pipeline().client_kill_filter(_type="pubsub")
        _, reached = transaction.publish(CHANNEL, json.dumps([PLACE, ROOM, json.dumps(event)])).execute()
        await until(lambda: inside.pubsub_numsub(CHANNEL) == before, RECOVERY_DEADLINE)
    return int(reached)


def send_twenty(ana: Sender, ben: Receiver, redis: PrivateRedis) -> tuple[int, str]:
    """Send twenty texts while Redis dies and comes back; return how many Ben missed, and how they came."""
    for text in TWENTY[:10]:
        ana.say(text)
    redis.kill()
    for text in TWENTY[10:]:
        ana.say(text)
    redis.start()
    ben.wait_for(_said(TWENTY[-1]), RECOVERY_DEADLINE)
    received = texts_of(ben.messages)
    how = "each once and in order" if received == TWENTY else f"in this way: {', '.join(received)}"
    return len({*TWENTY} - {*received}), f"Ben received them {how}"


def what_ben_missed(ben: Receiver, worker: Worker) -> list[str]:
    """Connect Ben to another process with the id of the last message he saw; return what he gets."""
    last = [event["id"] for event in events_of(ben.messages) if event["type"] == "message"][-1]
    with LiveClient(worker.url(f"/ws/Ben?after={last}"), "Ben") as again:
        return [message["text"] for message in again.receive_json()["messages"]]


def resume(ben: Receiver, worker: Worker, deadline: float = RECOVERY_DEADLINE) -> list[str]:
    """Connect Ben to another process of the whole server with the last id he saw; return what he gets.

    A process that was killed keeps its names for some seconds: until then he is rejected, and tries again.

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
            received = again.receive_until(lambda text: '"users"' in str(text), deadline)
            return [event_words(event) for event in events_of(received)]
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
    presences = {key: json.loads(redis.get(key) or "[]") for key in redis.scan_iter("here:*")}
    # The second field of a presence is its name.
    names = {key: [fields[1] for fields in those] for key, those in presences.items()}
    return {key: f"{' and '.join(those) or 'nobody'}'s process" for key, those in names.items()}
