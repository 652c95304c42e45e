"""The check of lesson 12's your-turn: a test that fails where an empty room is kept, and only there."""

import asyncio
from inspect import isawaitable
from typing import Any, Self

from fastapi import WebSocket

from server_snippets.step_08_chat_rooms import ChatServer, Member, RoomManager
from websocket_lab.client.live_client import LiveClient
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import CheckedServer, Harness
from websocket_lab.grading.mismatch import Mismatch, SubjectError
from websocket_lab.server.learner_traceback import last_line, learner_traceback
from websocket_lab.server.safe_text import safe_repr
from websocket_lab.server.thread_interrupt import Interrupted


# Longer than `until` waits.
LONGEST_TEST = 12.0
LEAVING_SECONDS = 1.0
NO_TEST = "check needs the test itself: check('empty_room', test_an_empty_room_is_forgotten), and got {came}."


class SlowChat(ChatServer):
    """Lesson 8's chat on a busy day: a member who disconnects is there for a second longer."""

    async def talk(self, member: Member) -> None:
        """Carry out what a member asks for, and notice late that it has left."""
        try:
            await super().talk(member)
        finally:
            await asyncio.sleep(LEAVING_SECONDS)


class KeptRooms(RoomManager):
    """A room manager with the fault that the test should find."""

    def leave_room(self, websocket: WebSocket, room: str) -> None:
        """Take a client out of `room`; an empty room stays."""
        self.rooms.get(room, set()).discard(websocket)


class KeepingChat(ChatServer):
    """Lesson 8's chat, except that it keeps empty rooms."""

    def __init__(self) -> None:
        super().__init__()
        self.manager = KeptRooms()


class TestedChat(Harness):
    """The learner's test under check: it is run against chats of ours."""

    # pytest takes no class of this name for tests of its own.
    __test__ = False
    vocabulary = None

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._raised: list[str] = []

    def __enter__(self) -> Self:
        """Start the first chat."""
        if not callable(self.subject):
            raise SubjectError(NO_TEST.format(came=safe_repr(self.subject)))
        self._chat: ChatServer = SlowChat()
        self.server = CheckedServer(self._chat.make_app()).start()
        return self

    @property
    def errors(self) -> list[str]:
        """What the learner's test has raised that says nothing about the server."""
        return self._raised + super().errors

    def serve(self, chat: ChatServer) -> None:
        """Let the next test run against this chat."""
        self.server.stop()
        self._chat = chat
        self.server = CheckedServer(chat.make_app()).start()

    def failure(self) -> str:
        """Run the learner's test; return in one line what it raised, or "" if it passed."""
        try:
            asyncio.run(self._run())
        except (Interrupted, Mismatch):
            raise
        except (AssertionError, TimeoutError) as error:
            return last_line(error)
        except BaseException as error:
            # Also SystemExit and its like, which would end the check's thread.
            self._raised.append(learner_traceback(error))
            return last_line(error)
        return ""

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_TEST) as limit:
                result = self.subject(self._chat, self._come)
                if isawaitable(result):
                    await result
        except TimeoutError:
            if limit.expired():
                raise Mismatch("Your test ends, whatever the server does.", ENDLESS, DEADLINE) from None
            raise

    def _come(self, room: str, name: str) -> LiveClient:
        person = self.person(f"/ws/chat/{room}/{name}", name.title(), name)
        person.connects()
        person.client.wait_for(lambda event: "joined" in event)
        return person.client


ENDLESS = f"After {LONGEST_TEST:g} seconds it was still waiting."
DEADLINE = "Each wait needs a deadline. `await until(…)` has one, and raises TimeoutError."


@step()
def the_test_waits_for_a_slow_server(tested: TestedChat) -> None:
    """On lesson 8's chat, which takes a second here to remove Ana, the test passes."""
    if failure := tested.failure():
        cause = NEVER if failure.startswith("TimeoutError") else TOO_EARLY
        raise Mismatch("The test passes: nothing is broken.", f"It raised {failure}", cause)


TOO_EARLY = (
    "The server has not removed Ana yet. Wait until it has: `await until(lambda: not chat.manager.users)`, "
    "and assert something after that."
)
NEVER = "What the test waits for never comes. After Ana has left, `users` and `rooms` are both empty."


@step(
    "Which attribute of `chat.manager` would show that the room is still there?",
    "`assert not chat.manager.rooms`",
)
def the_test_notices_a_kept_room(tested: TestedChat) -> None:
    """On a chat that keeps the empty room, the test fails."""
    tested.serve(KeepingChat())
    if not tested.failure():
        raise Mismatch("The test fails: this chat keeps the empty room.", "It passed.", NOTHING_CLAIMED)


NOTHING_CLAIMED = "Assert something about the rooms, after the wait: `assert not chat.manager.rooms`."


EXERCISE = Exercise(
    title="Test that an empty room is forgotten",
    harness=TestedChat,
    steps=(the_test_waits_for_a_slow_server, the_test_notices_a_kept_room),
    hints=(
        "Which event do you wait for, and what must be true after it?",
        "`await until(lambda: …)` returns as soon as a condition holds, and raises after a deadline.",
        "Wait until `chat.manager.users` is empty, then `assert not chat.manager.rooms`.",
    ),
    seconds=40.0,
    # A test that does not wait passes where the process stands still for a second.
    is_timed=True,
)
