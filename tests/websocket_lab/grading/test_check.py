"""check(): every outcome, on any subject; it never raises and never hangs."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import Mock

import pytest
from fastapi import FastAPI

from server_snippets.step_08_chat_rooms import ChatServer, Member
from websocket_lab import check
from websocket_lab.grading import check as check_module
from websocket_lab.grading import timing
from websocket_lab.grading.finished_exercise import finished_app, finished_module


def right() -> Any:
    return finished_app("private_messages")


def judge(subject: Any) -> Any:
    return check("private_messages", subject)


def all_end(name: str) -> bool:
    """Return whether all threads of that name end within a minute each."""
    threads = [thread for thread in threading.enumerate() if thread.name == name]
    for thread in threads:
        thread.join(60)
    return not any(thread.is_alive() for thread in threads)


class Whispers(ChatServer):
    """A server whose answer to a private message is up to the test."""

    def __init__(self, answer: Callable[[], object]) -> None:
        super().__init__()
        self._answer = answer

    async def said(self, member: Member, text: str) -> None:
        if text.startswith("/pm"):
            self._answer()
        await super().said(member, text)


def test_an_unknown_exercise_is_named_and_the_known_ones_are_listed() -> None:
    verdict = check("privat_messages", right)

    assert (verdict.outcome, verdict.passed) == ("error", False)
    assert "'privat_messages'" in verdict.message
    assert "private_messages" in verdict.message.partition("There are")[2]


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (None, "needs a function that makes your server"),
        ("make_app", "needs a function that makes your server"),
        (lambda: None, "must return a FastAPI app"),
        (lambda: "app", "must return a FastAPI app"),
        (lambda app: app, "TypeError"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_what_is_no_server_is_an_error_that_says_what_to_do(subject: Any, words: str) -> None:
    verdict = judge(subject)

    assert verdict.outcome == "error"
    assert words in verdict.message
    assert {step.passed for step in verdict.steps} == {None}


def test_the_exception_of_make_app_shows_the_learners_line() -> None:
    def make_app() -> FastAPI:
        raise KeyError("no such room")

    assert 'raise KeyError("no such room")' in judge(make_app).message


def test_a_coroutine_function_is_an_error() -> None:
    async def make_app() -> FastAPI:
        return FastAPI()

    verdict = judge(make_app)
    assert (verdict.outcome, "async def" in verdict.message) == ("error", True)


def test_an_app_is_as_good_as_the_function_that_makes_it() -> None:
    assert judge(right()).passed


def test_a_start_up_that_fails_is_an_error() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise OSError("no disk")
        yield

    verdict = judge(lambda: FastAPI(lifespan=lifespan))
    assert (verdict.outcome, "no disk" in verdict.message) == ("error", True)


def test_an_app_without_the_endpoint_fails_at_the_first_step() -> None:
    verdict = judge(FastAPI)

    assert (verdict.outcome, verdict.step) == ("failed", "everyone_hears_a_message")
    assert "/ws/chat/{room}/{username}" in verdict.message


def test_an_exception_in_a_handler_is_an_error_with_the_learners_line() -> None:
    verdict = judge(lambda: Whispers(lambda: {}["ben"]).make_app())

    assert (verdict.outcome, verdict.step) == ("error", "two_people_hear_it")
    assert 'Whispers(lambda: {}["ben"])' in verdict.trace
    assert "The last line of what your code raised" in verdict.hint
    assert verdict.trace.splitlines()[-1] in repr(verdict)


def test_a_handler_that_blocks_is_timed_out_with_its_line() -> None:
    def block() -> None:
        # Again and again: however late the check looks, it finds this.
        while True:
            time.sleep(0.1)

    verdict = judge(lambda: Whispers(block).make_app())

    assert (verdict.outcome, verdict.step) == ("timed out", "two_people_hear_it")
    assert "time.sleep(0.1)" in verdict.trace


def test_a_handler_that_never_ends_is_timed_out_and_ended() -> None:
    def forever() -> None:
        while True:
            pass

    verdict = judge(lambda: Whispers(forever).make_app())
    assert (verdict.outcome, verdict.step) == ("timed out", "two_people_hear_it")
    assert all_end("websocket-lab-server")


def test_a_make_app_that_never_ends_is_timed_out_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def make_app() -> FastAPI:
        while True:
            pass

    monkeypatch.setattr(check_module, "LONGEST_START", 0.5)
    # However busy this machine is.
    monkeypatch.setattr(timing, "processor_waits", dict)
    verdict = judge(make_app)
    assert (verdict.outcome, "make_app()" in verdict.message) == ("timed out", True)
    assert all_end("websocket-lab-check")


def test_a_check_that_other_programs_keep_from_running_blames_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def make_app() -> FastAPI:
        while True:
            pass

    monkeypatch.setattr(check_module, "LONGEST_START", 0.1)
    monkeypatch.setattr(timing, "processor_waits", lambda: {"1": time.monotonic()})
    verdict = judge(make_app)

    assert (verdict.outcome, verdict.step) == ("environment", "")
    assert "not your fault" in verdict.message


def test_a_check_imports_nothing_that_only_authors_need() -> None:
    # With its validators, nbformat takes seconds, while a learner waits.
    program = (
        "import sys\n"
        "from websocket_lab import check, compare, finished_server, hint, progress, solution\n"
        "id = 'private_messages'\n"
        "check(id, None), hint(id), solution(id, force=True), compare(id, force=True), progress()\n"
        "finished_server(id).stop()\n"
        "print({'nbformat', 'jsonschema', 'nbclient'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


def test_what_breaks_in_the_check_is_never_blamed_on_the_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    # No line of this file, which is the learner's here, may be in the traceback.
    broken = Mock(side_effect=OSError("Too many open files"))
    monkeypatch.setattr(check_module.CheckRun, "_take_steps", broken)
    verdict = judge(right)
    assert (verdict.outcome, verdict.step) == ("environment", "")
    assert "Too many open files" in verdict.message
    assert "not your fault" in verdict.message


def test_a_check_works_in_a_running_loop_and_in_another_thread() -> None:
    async def in_a_loop() -> tuple[Any, Any]:
        return judge(right), await asyncio.to_thread(judge, right)

    assert [verdict.outcome for verdict in asyncio.run(in_a_loop())] == ["passed", "passed"]


def test_two_checks_at_once_do_not_notice_each_other() -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(*[asyncio.to_thread(judge, right) for _ in range(2)])

    assert [verdict.outcome for verdict in asyncio.run(both())] == ["passed", "passed"]


def test_a_check_leaves_no_thread_behind() -> None:
    judge(right)
    before = set(threading.enumerate())
    for _ in range(5):
        judge(right)
    # Those of other tests may have ended meanwhile.
    assert set(threading.enumerate()) <= before


def test_the_deadline_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    judge(right)
    assert "ends within 30 seconds" in capsys.readouterr().out


def test_a_handlers_exception_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    judge(lambda: Whispers(lambda: {}["ben"]).make_app())
    assert capsys.readouterr().err == ""


def test_what_the_learner_prints_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    judge(lambda: Whispers(lambda: print("here I am")).make_app())
    assert "here I am" in capsys.readouterr().out


def test_a_forgotten_await_is_named_with_its_line() -> None:
    async def answer() -> None: ...

    verdict = judge(lambda: Whispers(answer).make_app())

    assert verdict.outcome == "failed"
    assert f"{__file__}, line " in verdict.cause
    assert "coroutine 'answer' was never awaited, so it never ran. Write await in front" in verdict.cause
    assert "makes a coroutine" in verdict.hint


def test_a_forgotten_await_that_nobody_notices_is_told_all_the_same() -> None:
    async def answer() -> None: ...

    class Forgetful(finished_module("private_messages").PrivateChat):  # type: ignore[misc]
        async def said(self, member: Member, text: str) -> None:
            answer()
            await super().said(member, text)

    verdict = judge(lambda: Forgetful().make_app())

    assert verdict.passed
    assert f"Beside that: {__file__}, line " in verdict.message
    assert "coroutine 'answer' was never awaited" in verdict.message
