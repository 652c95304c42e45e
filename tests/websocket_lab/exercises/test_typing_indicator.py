"""The bank of “Typing indicator”: servers that keep its contract, and the usual ones that do not."""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets import main
from server_snippets.step_08_chat_rooms import ChatServer, Member
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.client.client_log import json_object
from websocket_lab.exercises.typing_indicator import harness
from websocket_lab.exercises.typing_indicator.check import rooms_are_apart, the_others_hear_it_once
from websocket_lab.grading.event import matches
from websocket_lab.grading.exercise import Step
from websocket_lab.grading.finished_exercise import finished_app
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.simulated_client import Causes, SimulatedClient
from websocket_lab.grading.timing import Patience


SECONDS = 3.0


class RightChat(ChatServer):
    """A right server, in small parts that the wrong ones replace."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def key(self, member: Member) -> str:
        return member.username

    async def typed(self, member: Member) -> None:
        if self.key(member) in self.tasks:
            await self.again(member)
        else:
            await self.show(member, True)
        self.tasks[self.key(member)] = asyncio.create_task(self.wait(member))

    async def again(self, member: Member) -> None:
        self.tasks[self.key(member)].cancel()

    async def wait(self, member: Member) -> None:
        await asyncio.sleep(SECONDS)
        self.tasks.pop(self.key(member), None)
        await self.show(member, False)

    async def stop(self, member: Member) -> None:
        if task := self.tasks.pop(self.key(member), None):
            self.end(task)
            await self.show(member, False)

    def end(self, task: asyncio.Task[None]) -> None:
        task.cancel()

    async def show(self, member: Member, active: bool) -> None:
        await self.tell_others({"type": "typing", "username": member.username, "active": active}, member)

    async def said(self, member: Member, text: str) -> None:
        await self.stop(member)
        await super().said(member, text)

    async def left(self, member: Member) -> None:
        await self.stop(member)
        await super().left(member)


class LaterCalls(ChatServer):
    """Another design: the loop's timers instead of tasks; words come before the end of the typing."""

    def __init__(self) -> None:
        super().__init__()
        self.timers: dict[WebSocket, asyncio.TimerHandle] = {}
        self.telling: set[asyncio.Task[None]] = set()

    async def typed(self, member: Member) -> None:
        timer = self.timers.pop(member.websocket, None)
        if timer:
            timer.cancel()
        later = asyncio.get_running_loop().call_later(SECONDS, self.expire, member)
        self.timers[member.websocket] = later
        if not timer:
            await self.show(member, True)

    def expire(self, member: Member) -> None:
        task = asyncio.create_task(self.stop(member))
        self.telling.add(task)
        task.add_done_callback(self.telling.discard)

    async def stop(self, member: Member) -> None:
        if timer := self.timers.pop(member.websocket, None):
            timer.cancel()
            await self.show(member, False)

    async def show(self, member: Member, active: bool) -> None:
        event = {"type": "typing", "room": member.room, "username": member.username, "active": active}
        await self.tell_others(event, member)

    async def said(self, member: Member, text: str) -> None:
        await super().said(member, text)
        await self.stop(member)

    async def left(self, member: Member) -> None:
        await super().left(member)
        await self.stop(member)


class OneHand:
    """Another design: no chat server, one task for each room that looks round ten times a second."""

    def __init__(self, goodbyes: Collection[int]) -> None:
        self.goodbyes = goodbyes
        self.people: dict[str, tuple[str, WebSocket]] = {}
        self.until: dict[str, float] = {}

    async def tell(self, name: str, event: dict[str, Any], *, all: bool = False) -> None:
        room, _ = self.people.get(name, ("", None))
        for other, (its_room, websocket) in list(self.people.items()):
            if its_room == room and (all or other != name):
                with suppress(WebSocketDisconnect, RuntimeError):
                    await websocket.send_json(event)

    async def stop(self, name: str) -> None:
        if self.until.pop(name, None):
            await self.tell(name, {"type": "typing", "username": name, "active": False})

    async def look_round(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            for name in [name for name, until in self.until.items() if until < monotonic()]:
                await self.stop(name)

    async def hear(self, name: str, said: dict[str, Any]) -> None:
        if said["action"] == "message":
            await self.stop(name)
            await self.tell(name, {"type": "message", "from": name, "text": said["text"]}, all=True)
        elif name in self.until:
            self.until[name] = monotonic() + SECONDS
        else:
            self.until[name] = monotonic() + SECONDS
            await self.tell(name, {"type": "typing", "username": name, "active": True, "since": 1})

    async def visit(self, websocket: WebSocket, room: str, name: str) -> None:
        self.people[name] = room, websocket
        await self.tell(name, {"type": "joined", "username": name}, all=True)
        try:
            while True:
                await self.hear(name, await websocket.receive_json())
        except WebSocketDisconnect as goodbye:
            if goodbye.code in self.goodbyes:
                await self.stop(name)
        await self.tell(name, {"type": "left", "username": name})
        del self.people[name]


def one_hand(goodbyes: Collection[int] = range(1000, 5000)) -> FastAPI:
    app = FastAPI()
    chat = OneHand(goodbyes)
    background: set[asyncio.Task[None]] = set()

    @app.websocket("/ws/chat/{room}/{name}")
    async def visit(websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        await websocket.send_json({"type": "hello", "name": name})
        if not background:
            background.add(asyncio.create_task(chat.look_round()))
        await chat.visit(websocket, room, name)

    return app


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("typing_indicator"),  # type: ignore[dict-item, return-value]
    "small parts": lambda: RightChat().make_app(),
    "later calls": lambda: LaterCalls().make_app(),
    "one hand": one_hand,
    "slow": slow(lambda: RightChat().make_app()),
    "slow, one hand": slow(one_hand),
    "the whole server": main.make_app,
}


class Silent(RightChat):
    async def show(self, member: Member, active: bool) -> None:
        pass


class ToTheRoom(RightChat):
    async def show(self, member: Member, active: bool) -> None:
        await self.tell_room({"type": "typing", "username": member.username, "active": active}, member.room)


class WithoutName(RightChat):
    async def show(self, member: Member, active: bool) -> None:
        await self.tell_others({"type": "typing", "active": active}, member)


class AtEachKey(RightChat):
    async def again(self, member: Member) -> None:
        await super().again(member)
        await self.show(member, True)


class AnyoneStopsAll(RightChat):
    def key(self, member: Member) -> str:
        return member.room


class AlwaysStops(RightChat):
    async def stop(self, member: Member) -> None:
        if task := self.tasks.pop(self.key(member), None):
            task.cancel()
        await self.show(member, False)


class KeyErrorWithoutTyping(RightChat):
    async def stop(self, member: Member) -> None:
        self.tasks.pop(self.key(member)).cancel()
        await self.show(member, False)


class SleepsInTheHandler(RightChat):
    async def typed(self, member: Member) -> None:
        await self.show(member, True)
        await asyncio.sleep(SECONDS)
        await self.show(member, False)


class BlocksTheLoop(RightChat):
    async def typed(self, member: Member) -> None:
        await self.show(member, True)
        # Again and again: however late the check looks, it finds this.
        while True:
            time.sleep(0.1)


class OnlySilence(RightChat):
    """As webex/react-widgets#53 tells: the words are there, and the typing goes on."""

    async def said(self, member: Member, text: str) -> None:
        await ChatServer.said(self, member, text)


class OnlyOnce(RightChat):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, bool]] = set()

    async def show(self, member: Member, active: bool) -> None:
        if (member.username, active) not in self.seen:
            self.seen.add((member.username, active))
            await super().show(member, active)


class StopsTwice(RightChat):
    async def said(self, member: Member, text: str) -> None:
        if self.key(member) in self.tasks:
            await self.show(member, False)
        await super().said(member, text)


class StaysAfterGoodbye(RightChat):
    """As Satellite-im/Core-PWA#1959 tells: the tab is closed, and the typing goes on."""

    async def left(self, member: Member) -> None:
        await ChatServer.left(self, member)


class Everywhere(RightChat):
    async def show(self, member: Member, active: bool) -> None:
        for room in list(self.manager.rooms):
            await self.tell_others(
                {"type": "typing", "username": member.username, "active": active},
                Member(member.websocket, room, member.username),
            )


class TwoSeconds(RightChat):
    async def wait(self, member: Member) -> None:
        await asyncio.sleep(2)
        self.tasks.pop(self.key(member), None)
        await self.show(member, False)


class FiveSeconds(RightChat):
    async def wait(self, member: Member) -> None:
        await asyncio.sleep(5 - SECONDS)
        await super().wait(member)


class NeverEnds(RightChat):
    async def wait(self, member: Member) -> None:
        pass


class CancelsItself(RightChat):
    async def wait(self, member: Member) -> None:
        await asyncio.sleep(SECONDS)
        await self.stop(member)


class SaysAgainWhenOver(RightChat):
    """As nextcloud/spreed#15691 tells: what comes after the silence says that the typing goes on."""

    async def wait(self, member: Member) -> None:
        await asyncio.sleep(SECONDS)
        self.tasks.pop(self.key(member), None)
        await self.show(member, True)


class FirstSignCounts(RightChat):
    async def typed(self, member: Member) -> None:
        if self.key(member) not in self.tasks:
            await super().typed(member)


class PilesUp(RightChat):
    async def again(self, member: Member) -> None:
        pass


class NoNewTask(RightChat):
    async def typed(self, member: Member) -> None:
        if self.key(member) in self.tasks:
            await self.again(member)
        else:
            await super().typed(member)


class OneTaskForAll(RightChat):
    def __init__(self) -> None:
        super().__init__()
        self.latest: dict[str, asyncio.Task[None]] = {}

    def place(self, member: Member) -> str:
        return "everywhere"

    async def typed(self, member: Member) -> None:
        await super().typed(member)
        before = self.latest.get(self.place(member))
        self.latest[self.place(member)] = self.tasks[self.key(member)]
        if before:
            before.cancel()


class OneTaskPerRoom(OneTaskForAll):
    def place(self, member: Member) -> str:
        return member.room


class OneTypistPerRoom(RightChat):
    async def show(self, member: Member, active: bool) -> None:
        others = {name for name in self.tasks if name != member.username}
        room = {
            name for name in others if self.manager.users[name] in self.manager.rooms.get(member.room, ())
        }
        if not room:
            await super().show(member, active)


class RunsOn(RightChat):
    def end(self, task: asyncio.Task[None]) -> None:
        pass


class RunsOnUnseen(RunsOn):
    async def wait(self, member: Member) -> None:
        await asyncio.sleep(SECONDS)
        if self.tasks.pop(self.key(member), None):
            await self.show(member, False)


class RunsOnAfterGoodbye(RunsOnUnseen):
    async def said(self, member: Member, text: str) -> None:
        if task := self.tasks.get(self.key(member)):
            task.cancel()
        await super().said(member, text)


WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "only polite goodbyes": (
        lambda: one_hand(goodbyes=[1000, 1001]),
        "leaving_ends_it",
        "however the connection ends",
    ),
    **{
        server.__name__: (lambda server=server: server().make_app(), step, words)  # type: ignore[misc]
        for server, step, words in [
            (AlwaysStops, "nothing_without_typing", "Nobody had typed"),
            (KeyErrorWithoutTyping, "nothing_without_typing", ".pop(…, None)"),
            (Silent, "the_others_hear_it_once", "tell the others"),
            (WithoutName, "the_others_hear_it_once", "Look at the fields"),
            (AtEachKey, "the_others_hear_it_once", "know that she is typing"),
            (ToTheRoom, "the_others_hear_it_once", "Tell the others, not the room"),
            (AnyoneStopsAll, "the_others_hear_it_once", "Ana goes on typing"),
            (BlocksTheLoop, "the_others_hear_it_once", "blocks the event loop"),
            (SleepsInTheHandler, "a_message_ends_it", "start a task that waits"),
            (OnlySilence, "a_message_ends_it", "call stop before you pass it on"),
            (OnlyOnce, "a_message_ends_it", "forget her task"),
            (StopsTwice, "a_message_ends_it", "said twice"),
            (StaysAfterGoodbye, "leaving_ends_it", "call stop in `left`"),
            (Everywhere, "rooms_are_apart", "arrives in another room"),
            (TwoSeconds, "silence_ends_it", "That is too early"),
            (FiveSeconds, "silence_ends_it", "Does a task sleep"),
            (NeverEnds, "silence_ends_it", "Does a task sleep"),
            (CancelsItself, "silence_ends_it", "cancelled by itself"),
            (SaysAgainWhenOver, "silence_ends_it", "tell the others `active: false`"),
            (FirstSignCounts, "typing_on_starts_anew", "start a new one"),
            (PilesUp, "typing_on_starts_anew", "cancel the old task"),
            (NoNewTask, "typing_on_starts_anew", "Is the new one missing"),
            (OneTaskForAll, "silence_ends_it", "somebody else's typing"),
            (OneTaskPerRoom, "two_typists_at_once", "a dict from member to task"),
            (OneTypistPerRoom, "two_typists_at_once", "a dict from member to task"),
            (RunsOn, "nothing_comes_late", "Cancel the task in stop"),
            (RunsOnUnseen, "nothing_comes_late", "Cancel the task in stop"),
            (RunsOnAfterGoodbye, "nothing_comes_late", "Cancel the task in stop"),
        ]
    },
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("typing_indicator", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("typing_indicator", make_app, step, words)


class SlowChat(harness.TypingChat):
    """A chat whose check is so slow that the three seconds end while it still looks at something else."""

    def goes_on_typing(self, typist: SimulatedClient, *others: SimulatedClient, likely: Causes) -> None:
        patience, stopped = Patience(60), harness.typing(typist, False)
        while not any(matches(json_object(text), stopped) for text in others[0].client.messages):
            assert not patience.is_over
            time.sleep(0.01)
        super().goes_on_typing(typist, *others, likely=likely)


@pytest.mark.parametrize("step", [the_others_hear_it_once, rooms_are_apart])
def test_three_seconds_that_end_while_a_step_is_busy_are_nobodys_fault(
    step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "SECONDS", 0.1)
    monkeypatch.setattr(harness, "EARLIEST", 0.1)

    with SlowChat(lambda: RightChat().make_app()) as chat, pytest.raises(TooSlow):
        step.take(chat)
