"""Fifty clients of a manager, and chance: everyone hears what a simple model says, in its order, once."""

import asyncio
import random
import threading
from collections import defaultdict
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.server.connections.manager import ConnectionManager
from websocket_lab import BackgroundServer, LiveClient


CLIENTS = 50
STALLED = 5
ACTS = 3_000
ROOMS = ("attic", "cellar", "garden")


class Play:
    """Random acts on the server's loop, and beside them the model: what everyone must hear."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.manager = ConnectionManager()
        self.members: dict[str, set[str]] = defaultdict(set)
        self.here: dict[str, WebSocket] = {}
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.is_over = threading.Event()
        self._count = 0
        self._goodbyes: set[asyncio.Task[None]] = set()

    def app(self) -> FastAPI:
        """Return an app whose clients only listen."""
        app = FastAPI()

        @app.websocket("/ws/{name}")
        async def endpoint(websocket: WebSocket, name: str) -> None:
            await self.manager.connect(websocket)
            self.here[name] = websocket
            if len(self.here) == CLIENTS:
                await self.run()
            while (await websocket.receive())["type"] == "websocket.receive":
                pass

        return app

    async def run(self) -> None:
        """Act, and end with a word for all who are still there."""
        acts = [self.join, self.leave, self.say, self.say, self.tell, self.tell_directly, self.wait]
        for number in range(ACTS):
            await self.dice.choice(acts)(*self.someone())
            if number % (ACTS // 20) == 0:
                await self.close(*self.someone())
        self.manager.broadcast("end")
        for name in self.here:
            self.heard[name].append("end")
        self.is_over.set()

    def someone(self) -> tuple[str, str, str]:
        """Choose a person and a room, and make a new text."""
        self._count += 1
        return self.dice.choice(sorted(self.here)), self.dice.choice(ROOMS), f"{self._count}"

    async def join(self, name: str, room: str, text: str) -> None:
        self.manager.join_room(self.here[name], room)
        self.members[room].add(name)

    async def leave(self, name: str, room: str, text: str) -> None:
        self.manager.leave_room(self.here[name], room)
        self.members[room].discard(name)

    async def say(self, name: str, room: str, text: str) -> None:
        # Long texts fill the buffer of whoever has stopped reading.
        self.manager.broadcast_to_room(text.ljust(self.dice.choice([1, 200, 20_000])), room)
        for member in self.members[room]:
            self.heard[member].append(text)

    async def tell(self, name: str, room: str, text: str) -> None:
        self.manager.send_personal_message(text, self.here[name])
        self.heard[name].append(text)

    async def tell_directly(self, name: str, room: str, text: str) -> None:
        """Send around the manager, as a handler may: what the manager has taken is heard first."""
        send_queue: Any = self.manager.active_connections[self.here[name]]
        # Who does not read would stop the play.
        if hasattr(send_queue, "flush") and send_queue.put == send_queue._join:
            await self.here[name].send_text(text)
            self.heard[name].append(text)

    async def wait(self, name: str, room: str, text: str) -> None:
        await asyncio.sleep(0)

    async def close(self, name: str, room: str, text: str) -> None:
        websocket = self.here.pop(name)
        self.manager.disconnect(websocket)
        # Whoever does not read keeps its close frame waiting.
        self._goodbyes.add(asyncio.create_task(websocket.close(4000)))
        for members in self.members.values():
            members.discard(name)


@pytest.mark.parametrize("seed", range(3))
def test_everyone_hears_what_the_model_says(protocol: Any, seed: int) -> None:
    play = Play(seed)
    with BackgroundServer(play.app(), ws=protocol) as server:
        clients = enter(server, [f"client-{number}" for number in range(CLIENTS)])
        assert play.is_over.wait(60)
        for number, (name, client) in enumerate(clients.items()):
            if number < STALLED:
                client.resume_reading()
            client.wait_for("end") if name in play.here else client.wait_closed()

        assert not server.errors
    for name, client in clients.items():
        heard = [str(message).rstrip() for message in client.messages]
        # Who was sent away may miss the last words; nobody hears anything else.
        assert heard == (play.heard[name] if name in play.here else play.heard[name][: len(heard)])


def enter(server: BackgroundServer, names: list[str]) -> dict[str, LiveClient]:
    """Connect everyone; the first ones read nothing for now."""
    clients = {}
    for number, name in enumerate(names):
        options = {"max_size": None, "ping_interval": None}
        clients[name] = LiveClient(server.url(f"/ws/{name}"), name, **options).connect()
        if number < STALLED:
            clients[name].pause_reading()
    return clients
