"""Code that raises what hardly anyone catches, and objects that raise when they are looked at."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from server_snippets.step_08_chat_rooms import ChatServer, Member
from websocket_lab import check, compare, hint, solution
from websocket_lab.display.sequence_diagram import Arrow, Kind, SequenceDiagram
from websocket_lab.grading.verdict import VERDICT_JSON, Outcome, Verdict
from websocket_lab.server.safe_text import shortened


ODD_EXCEPTIONS = (
    SystemExit(3),
    KeyboardInterrupt(),
    asyncio.CancelledError(),
    GeneratorExit(),
    BaseExceptionGroup("several", [SystemExit(1), ValueError("wrong")]),
)
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


def judge(subject: Any) -> Verdict:
    return check("private_messages", subject)


def private_chat(whisper: Callable[[ChatServer], object]) -> Callable[[], FastAPI]:
    """Return a function that makes a chat which does something odd at `/pm`."""

    class Chat(ChatServer):
        async def said(self, member: Member, text: str) -> None:
            if text.startswith("/pm"):
                whisper(self)
            else:
                await super().said(member, text)

    return lambda: Chat().make_app()


def raising(error: BaseException) -> Callable[..., Any]:
    def act(*_: object) -> None:
        raise error

    return act


@pytest.mark.parametrize("error", ODD_EXCEPTIONS, ids=lambda error: type(error).__name__)
def test_whatever_make_app_raises_is_an_error_with_its_line(error: BaseException) -> None:
    verdict = judge(raising(error))

    assert verdict.outcome == "error"
    assert type(error).__name__ in verdict.message
    assert "raise error" in verdict.message


@pytest.mark.parametrize("error", ODD_EXCEPTIONS, ids=lambda error: type(error).__name__)
def test_whatever_a_handler_raises_is_an_error_with_its_line(error: BaseException) -> None:
    verdict = judge(private_chat(raising(error)))

    assert (verdict.outcome, verdict.step) == ("error", "two_people_hear_it")
    assert type(error).__name__ in verdict.trace
    assert "raise error" in verdict.trace


def test_a_function_without_python_code_may_raise_system_exit() -> None:
    verdict = judge(sys.exit)

    assert verdict.outcome == "error"
    assert "SystemExit" in verdict.message


def test_sys_exit_in_a_task_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def leave() -> None:
        sys.exit("bye")

    def start(chat: ChatServer) -> None:
        chat.task = asyncio.create_task(leave())  # type: ignore[attr-defined]

    verdict = judge(private_chat(start))

    assert (verdict.outcome, verdict.step) == ("error", "two_people_hear_it")
    assert 'sys.exit("bye")' in verdict.trace
    assert "ended your whole server: SystemExit: bye" in verdict.cause
    assert capsys.readouterr().err == ""


def test_an_exception_in_a_task_that_is_kept_is_the_likely_cause() -> None:
    async def tell_them() -> None:
        undefined_name  # type: ignore[name-defined]  # noqa: B018, F821

    def start(chat: ChatServer) -> None:
        chat.task = asyncio.create_task(tell_them())  # type: ignore[attr-defined]

    verdict = judge(private_chat(start))

    assert (verdict.outcome, verdict.step) == ("error", "two_people_hear_it")
    assert "NameError: name 'undefined_name' is not defined" in verdict.cause
    assert "in tell_them" in verdict.trace


def test_an_exception_that_the_code_awaits_and_catches_is_no_cause() -> None:
    async def give_up() -> None:
        raise ValueError("caught")

    async def catch() -> None:
        task = asyncio.create_task(give_up())
        await asyncio.wait([task])
        assert isinstance(task.exception(), ValueError)

    def start(chat: ChatServer) -> None:
        chat.task = asyncio.create_task(catch())  # type: ignore[attr-defined]

    verdict = judge(private_chat(start))

    assert (verdict.outcome, verdict.trace) == ("failed", "")


def test_an_exception_in_a_clients_task_is_the_likely_cause() -> None:
    class Client:
        def __init__(self, url: str, **options: Any) -> None:
            self.task = asyncio.ensure_future(self.listen())

        async def listen(self) -> None:
            raise LookupError("no such feed")

        async def messages(self) -> AsyncIterator[Any]:
            await asyncio.Event().wait()
            yield

    verdict = check("reconnecting_client", Client)

    assert (verdict.outcome, verdict.step) == ("error", "hands_on_each_message")
    assert "LookupError: no such feed" in verdict.cause


@pytest.mark.parametrize("error", ODD_EXCEPTIONS, ids=lambda error: type(error).__name__)
def test_whatever_a_client_raises_is_an_error_with_its_line(error: BaseException) -> None:
    class Client:
        def __init__(self, url: str, **options: Any) -> None: ...

        async def messages(self) -> AsyncIterator[Any]:
            raise error
            yield

    verdict = check("reconnecting_client", Client)

    assert (verdict.outcome, verdict.step) == ("error", "hands_on_each_message")
    assert "raise error" in verdict.trace


def test_a_chain_of_exceptions_longer_than_the_stack_is_the_learners() -> None:
    error: BaseException = ValueError("the first")
    for number in range(2 * sys.getrecursionlimit()):
        later = ValueError(number)
        later.__cause__, error = error, later

    for make_app in (raising(error), private_chat(lambda _: raising(error)())):
        verdict = judge(make_app)

        assert verdict.outcome == "error"
        assert "ValueError: the first" in verdict.message + verdict.trace


def test_groups_nested_deeper_than_the_stack_are_the_learners() -> None:
    error: Exception = ValueError("inside")
    for _ in range(2 * sys.getrecursionlimit()):
        error = ExceptionGroup("outside", [error])

    verdict = judge(raising(error))

    assert verdict.outcome == "error"
    assert "raise error" in verdict.message


def test_a_huge_exception_fits_on_a_page() -> None:
    for text in ("h" * 1_000_000, "h\n" * 100_000):
        verdict = judge(raising(ValueError(text)))

        assert verdict.outcome == "error"
        assert len(repr(verdict)) < 10_000
        assert len(repr(verdict).splitlines()) < 100


def test_what_would_steer_a_terminal_is_shown_escaped() -> None:
    verdict = judge(raising(ValueError("\x1b[2Jcleared\r\x00\x9b")))

    assert r"\x1b[2Jcleared\r\x00\x9b" in verdict.message


@pytest.mark.parametrize("kind", [["private"], {"private": 1}, None])
def test_a_type_that_is_no_text_is_the_learners(kind: Any) -> None:
    class Chat(ChatServer):
        async def said(self, member: Member, text: str) -> None:
            await member.websocket.send_json({"type": kind})

    verdict = judge(Chat().make_app)

    assert verdict.outcome == "failed"
    assert "which is not in the contract" in verdict.came


def test_a_client_that_hands_on_messages_without_end_is_stopped() -> None:
    class Client:
        def __init__(self, url: str, **options: Any) -> None: ...

        async def messages(self) -> AsyncIterator[Any]:
            while True:
                yield {"type": "message"}

    verdict = check("reconnecting_client", Client)

    assert (verdict.outcome, verdict.step) == ("failed", "hands_on_each_message")
    assert "ended" not in verdict.came


def test_a_client_without_a_yield_is_told_that_one_is_missing() -> None:
    class Client:
        def __init__(self, url: str, **options: Any) -> None: ...

        async def messages(self) -> Any: ...

    verdict = check("reconnecting_client", Client)

    assert (verdict.outcome, verdict.step) == ("error", "hands_on_each_message")
    assert "`yield` for each message" in verdict.cause


def test_an_answer_without_an_end_is_read_no_further_than_it_matters() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000
            await asyncio.sleep(0)

    def make_app(lifetime: float) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/tickets", lambda: StreamingResponse(endless()), methods=["POST"])
        return app

    verdict = check("sign_in_ticket", make_app)

    assert (verdict.outcome, verdict.step) == ("failed", "the_right_token_gets_a_ticket")
    assert "The answer was xxxx" in verdict.came


class RaisesInRepr:
    def __repr__(self) -> str:
        raise SystemExit


class RaisesInGetattr:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class RaisesInGetattribute:
    def __getattribute__(self, name: str) -> Any:
        raise KeyboardInterrupt


class RaisesInClass:
    @property
    def __class__(self) -> Any:
        raise GeneratorExit

    @__class__.setter
    def __class__(self, kind: Any) -> None: ...


class RaisesInCall:
    def __call__(self) -> Any:
        raise asyncio.CancelledError


ODD_OBJECTS = (RaisesInRepr, RaisesInGetattr, RaisesInGetattribute, RaisesInClass, RaisesInCall)


ODD_IDS: tuple[Any, ...] = (
    *(kind() for kind in ODD_OBJECTS if kind is not RaisesInCall),
    None,
    ["private_messages"],
    {},
    b"private_messages",
    "\ud83d",
    "x" * 100_000,
)


@pytest.mark.parametrize("kind", ODD_OBJECTS)
def test_a_subject_that_raises_when_it_is_looked_at_is_the_learners(kind: Callable[[], Any]) -> None:
    for subject in (kind(), lambda: kind()):
        verdict = judge(subject)

        assert verdict.outcome == "error"
        assert kind.__name__ in verdict.message or "raise" in verdict.message


def test_an_app_that_cannot_be_shown_is_called_by_its_type() -> None:
    assert "RaisesInRepr object whose __repr__ raises" in judge(RaisesInRepr).message


def test_a_clients_message_that_raises_when_it_is_compared_is_the_learners() -> None:
    class Message(dict[str, Any]):
        def get(self, *_: object) -> Any:
            raise ZeroDivisionError

    class Client:
        def __init__(self, url: str, **options: Any) -> None: ...

        async def messages(self) -> AsyncIterator[Any]:
            yield Message()

    verdict = check("reconnecting_client", Client)

    assert (verdict.outcome, verdict.step) == ("error", "hands_on_each_message")
    assert "raise ZeroDivisionError" in verdict.trace


def test_an_id_that_is_no_text_is_an_unknown_exercise() -> None:
    for odd in ODD_IDS:
        assert check(odd, FastAPI).outcome == "error"
        for show in (hint, compare, solution):
            assert "There is no exercise" in repr(show(odd))


def test_a_check_whose_arguments_are_swapped_says_so() -> None:
    verdict = check(FastAPI, "private_messages")  # type: ignore[arg-type]

    assert 'The id comes first: check("private_messages", make_app).' in verdict.message


def test_half_a_surrogate_pair_in_an_answer_is_shown_escaped() -> None:
    def whisper(chat: ChatServer) -> None:
        raise ValueError("half \ud83d")

    class Chat(ChatServer):
        async def said(self, member: Member, text: str) -> None:
            await member.websocket.send_text('{"type": "private", "text": "half \\ud83d"}')

    for make_app in (private_chat(whisper), Chat().make_app):
        verdict = judge(make_app)

        assert verdict.outcome in ("failed", "error")
        assert "half \\ud83d" in repr(verdict)
        assert can_be_sent(verdict)


@given(ANY_TEXT)
def test_a_verdict_can_be_sent_to_the_notebook_whatever_is_in_it(text: str) -> None:
    arrow = Arrow(text, to_server=False, label=text, kind=Kind.TEXT, mark=text)
    diagram = SequenceDiagram([text], [arrow])
    found = dict.fromkeys(("expected", "came", "cause", "trace", "hint"), text)

    assert can_be_sent(Verdict(text, text, Outcome.FAILED, text, diagram=diagram, **found))


@given(ANY_TEXT, st.integers(3, 60))
def test_a_shortened_text_is_never_longer_than_allowed(text: str, longest: int) -> None:
    assert len(shortened(text, longest)) <= longest


def can_be_sent(verdict: Verdict) -> bool:
    """Return whether a kernel can send what it shows of the verdict, and a report can hold its texts."""
    bundle = verdict._repr_mimebundle_()
    return all(json.dumps(bundle[kind], ensure_ascii=False).encode() for kind in (*bundle, VERDICT_JSON))
