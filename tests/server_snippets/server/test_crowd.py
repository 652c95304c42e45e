"""Two hundred clients in one room join, talk and leave at random: nothing is lost, nothing comes twice."""

import asyncio
import json
import random
from collections import Counter
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from server_snippets.main import Settings, make_app
from tests.redis_server import OVER_BOTH_BROKERS
from tests.server_snippets.stamps import unstamped
from websocket_lab import BackgroundServer


CLIENTS = 200
Event = dict[str, Any]


class Guest:
    """A client that notes everything it hears."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[Event] = []
        # What of it is about this guest alone: looking through all would take longer with each event.
        self.own_texts: set[str] = set()
        self.errors: list[str] = []
        self._dispatcher = asyncio.Event()

    async def join(self, url: str) -> None:
        """Connect and listen from now on."""
        self.websocket: ClientConnection = await connect(
            f"{url}/ws/chat/crowd/{self.name}", compression=None, proxy=None, open_timeout=60
        )
        self.listener = asyncio.create_task(self._listen())
        await self.until(lambda: any(event["type"] == "users" for event in self.heard))

    async def _listen(self) -> None:
        async for text in self.websocket:
            self._note(json.loads(text))

    def _note(self, event: Event) -> None:
        # What comes after the end is the good-byes of those who stayed.
        if not (self.heard and self.heard[-1].get("text") == "the end"):
            self.heard.append(event)
            if event.get("from") == self.name:
                self.own_texts.add(event["text"])
            elif event["type"] == "error":
                self.errors.append(event["detail"])
            self._dispatcher.set()

    async def until(self, condition: Any) -> None:
        """Wait until something is true of what was heard."""
        async with asyncio.timeout(60):
            while not condition():
                self._dispatcher.clear()
                await self._dispatcher.wait()

    async def say(self, text: str) -> None:
        """Say something."""
        await self.websocket.send(json.dumps({"action": "message", "text": text}))

    async def leave(self, how: str) -> None:
        """Close, or vanish without a close frame."""
        if how == "vanish":
            self.websocket.transport.abort()
        else:
            await self.websocket.close()
        await asyncio.gather(self.listener, return_exceptions=True)

    def names(self, kind: str) -> Counter[str]:
        """Count whom an event was about."""
        return Counter(event["username"] for event in self.heard if event["type"] == kind)


async def visit(guest: Guest, url: str, dice: random.Random) -> None:
    """Join, talk, and leave half of the time."""
    await asyncio.sleep(dice.random())
    await guest.join(url)
    for number in range(2):
        await asyncio.sleep(dice.random() / 10)
        await guest.say(f"{guest.name} {number}")
    # Who vanishes by a reset throws away what the server has not read yet.
    await guest.until(lambda: f"{guest.name} 1" in guest.own_texts)


async def play(url: str, seed: int) -> tuple[Guest, list[Guest], list[Guest]]:
    """Return the witness, who stays all the time, those who stay, and those who leave."""
    dice = random.Random(seed)
    witness = Guest("witness")
    await witness.join(url)
    guests = [Guest(f"guest-{number}") for number in range(CLIENTS)]
    await asyncio.gather(*[visit(guest, url, dice) for guest in guests])
    leavers = dice.sample(guests, CLIENTS // 2)
    stayers = [guest for guest in guests if guest not in leavers]
    await asyncio.gather(*[leaver.leave(dice.choice(["close", "vanish"])) for leaver in leavers])
    await witness.until(lambda: len(witness.names("left")) == len(leavers))
    await witness.say("the end")
    for guest in [witness, *stayers]:
        await guest.until(lambda guest=guest: guest.heard[-1].get("text") == "the end")
    await asyncio.gather(*[guest.leave("close") for guest in [witness, *stayers]])
    return witness, stayers, leavers


def check_stayer(guest: Guest, witness: Guest, stayers: list[Guest], leavers: list[Guest]) -> None:
    """Check everything that someone who stayed has heard, from its own arrival on, against the witness."""
    assert [event["type"] for event in guest.heard[:3]] == ["history", "joined", "users"]
    joined = {"type": "joined", "room": "crowd", "username": guest.name}
    start = [unstamped(event) for event in witness.heard].index(joined)
    without_lists = [event for event in guest.heard[1:] if event["type"] != "users"]
    assert without_lists == [event for event in witness.heard[start:] if event["type"] != "users"]
    *_, last = (event for event in guest.heard if event["type"] == "users")
    assert last["users"] == sorted(["witness", *(stayer.name for stayer in stayers)])


@OVER_BOTH_BROKERS
@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_come_and_go_and_nothing_is_lost_or_doubled(
    protocol: Any, redis_url: str, seed: int
) -> None:
    with BackgroundServer(make_app(Settings(redis_url=redis_url)), ws=protocol) as server:
        witness, stayers, leavers = asyncio.run(play(server.url("").rstrip("/"), seed))

        assert not server.errors
    assert witness.names("joined") == Counter(["witness", *(guest.name for guest in stayers + leavers)])
    assert witness.names("left") == Counter(leaver.name for leaver in leavers)
    texts = Counter(event["text"] for event in witness.heard if event["type"] == "message")
    said = [f"{guest.name} {number}" for guest in stayers + leavers for number in range(2)]
    assert texts == Counter([*said, "the end"])
    for guest in stayers:
        check_stayer(guest, witness, stayers, leavers)
