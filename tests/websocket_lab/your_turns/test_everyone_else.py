"""The bank of lesson 4's your-turn: broadcasts to everyone but the speaker, and the usual ones that fail."""

import asyncio
from contextlib import suppress

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import GONE, ConnectionManager
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


class Manager(ConnectionManager):
    """A right manager, whose one method the wrong ones replace: one after the other, over a copy."""

    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in list(self.active_connections):
            if other is not speaker:
                await self.send_personal_message(message, other)


def server(kind: type[Manager]) -> MakeApp:
    """Return a function that makes a server with this manager."""

    def make_app() -> FastAPI:
        app, manager = FastAPI(), kind()

        @app.websocket("/ws")
        async def chat(websocket: WebSocket) -> None:
            await manager.connect(websocket)
            try:
                with suppress(*GONE):
                    async for text in websocket.iter_text():
                        await manager.broadcast_to_others(text, websocket)
            finally:
                manager.disconnect(websocket)

        return app

    return make_app


class AllAtOnce(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        sends = [self.send_personal_message(message, c) for c in self.active_connections if c != speaker]
        await asyncio.gather(*sends)


class Ignoring(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        sends = [c.send_text(message) for c in self.active_connections - {speaker}]
        await asyncio.gather(*sends, return_exceptions=True)


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("everyone_else"),  # type: ignore[dict-item, return-value]
    "one after the other": server(Manager),
    "all at once": server(AllAtOnce),
    "exceptions as results": server(Ignoring),
    "slow": slow(server(Manager)),
}


class Nobody(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        pass


class Everybody(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        await self.broadcast(message)


class OnlyTheSpeaker(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        await self.send_personal_message(message, speaker)


class ForgetsToAwait(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in self.active_connections - {speaker}:
            self.send_personal_message(message, other)


class OnlyTheFirst(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in self.active_connections - {speaker}:
            return await self.send_personal_message(message, other)


class Twice(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for _ in range(2):
            await super().broadcast_to_others(message, speaker)


class Swapped(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in self.active_connections - {speaker}:
            await self.send_personal_message(other, message)  # type: ignore[arg-type]


class ForgetsTheSpeaker(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        self.active_connections.discard(speaker)
        await self.broadcast(message)


class TakesTheSpeakerOff(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        self.active_connections.discard(speaker)
        await self.broadcast(message)
        self.active_connections.add(speaker)


class NoCopy(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in self.active_connections:
            if other is not speaker:
                await self.send_personal_message(message, other)


class Unguarded(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        for other in self.active_connections - {speaker}:
            await other.send_text(message)


class UnguardedAtOnce(Manager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        await asyncio.gather(*[other.send_text(message) for other in self.active_connections - {speaker}])


OTHERS, SPEAKER = "the_others_hear", "the_speaker_hears_nothing"
VANISHED = "a_client_that_vanishes_harms_nobody"
WRONG = {
    Nobody: (OTHERS, "to each connection in `self.active_connections`"),
    OnlyTheSpeaker: (OTHERS, "but the speaker's"),
    ForgetsToAwait: (OTHERS, "was never awaited"),
    OnlyTheFirst: (OTHERS, "to each connection"),
    Twice: (OTHERS, "Send it once to each"),
    Swapped: (OTHERS, ""),
    Everybody: (SPEAKER, "Leave out the connection"),
    ForgetsTheSpeaker: (SPEAKER, "not of the set"),
    TakesTheSpeakerOff: ("two_speak_at_once", "Never take the speaker off the set"),
    NoCopy: (VANISHED, "over a copy of the set"),
    Unguarded: (VANISHED, "guards each send"),
    UnguardedAtOnce: (VANISHED, "guards each send"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_manager_passes(make_app: MakeApp) -> None:
    passes("everyone_else", make_app)


@pytest.mark.parametrize(("manager", "step", "words"), [(manager, *told) for manager, told in WRONG.items()])
def test_a_wrong_manager_fails_at_its_step(manager: type[Manager], step: str, words: str) -> None:
    fails("everyone_else", server(manager), step, words)
