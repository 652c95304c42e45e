"""The bank of “Validate messages”: servers that answer invalid messages, and the usual ones that do not."""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from pydantic import ValidationError
from starlette.types import Message

from server_snippets import main, step_07_json_messages
from server_snippets.step_07_json_messages import ACTIONS, explain
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


ACTION_NAMES = ("echo", "subscribe", "send")


def error(code: str, detail: Any = "Look again.") -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail}


class Refused(Exception):
    """A message is wrong; the argument is the error that its sender gets."""


class RightChannels:
    """A right server that does all by hand, in small parts that the wrong ones replace."""

    def __init__(self) -> None:
        self.subscribers: defaultdict[str, list[WebSocket]] = defaultdict(list)
        self.everybody: list[WebSocket] = []

    def text(self, message: Message) -> str:
        if message.get("text") is None:
            raise Refused(error("text_expected"))
        return str(message["text"])

    def parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(error("invalid_json")) from None

    def action(self, value: Any) -> str:
        if not isinstance(value, dict):
            raise Refused(error("invalid_message"))
        name = value.get("action")
        if name not in ACTION_NAMES:
            raise Refused(error("unknown_action"))
        return str(name)

    def field(self, value: Any, name: str) -> str:
        if not isinstance(value.get(name), str):
            raise Refused(error("invalid_message", f"{name}: a text, please."))
        return str(value[name])

    async def hear(self, message: Message, websocket: WebSocket) -> None:
        value = self.parsed(self.text(message))
        match self.action(value):
            case "echo":
                await self.echo(value, websocket)
            case "subscribe":
                channel = self.field(value, "channel")
                self.subscribers[channel].append(websocket)
                await websocket.send_json({"type": "subscribed", "channel": channel})
            case _:
                await self.tell(self.field(value, "channel"), self.field(value, "message"))

    async def echo(self, value: Any, websocket: WebSocket) -> None:
        if "data" not in value:
            raise Refused(error("invalid_message"))
        await websocket.send_json({"type": "response", "data": value["data"]})

    async def tell(self, channel: str, text: str) -> None:
        for each in self.subscribers[channel]:
            await each.send_json({"type": "message", "channel": channel, "message": text})

    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        await websocket.send_json(refused)

    async def talk(self, websocket: WebSocket) -> None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            try:
                await self.hear(message, websocket)
            except Refused as refused:
                await self.refuse(refused.args[0], websocket)

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws/json")
        async def listen(websocket: WebSocket) -> None:
            await websocket.accept()
            self.everybody.append(websocket)
            with suppress(ValueError):
                await websocket.send_json({"type": "hello"})
            try:
                await self.talk(websocket)
            finally:
                self.everybody.remove(websocket)
                for hearers in self.subscribers.values():
                    hearers[:] = [each for each in hearers if each is not websocket]

        return app


class PydanticChannels(RightChannels):
    """The same with pydantic's classes of lesson 7, for those mistakes that lie in pydantic's use."""

    async def hear(self, message: Message, websocket: WebSocket) -> None:
        text = self.text(message)
        try:
            ACTIONS.validate_json(text)
        except ValidationError as mistake:
            raise Refused(self.explained(mistake)) from None
        await super().hear(message, websocket)

    def explained(self, mistake: ValidationError) -> dict[str, Any]:
        return dict(explain(mistake))


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("validate_messages"),  # type: ignore[dict-item, return-value]
    "by hand": lambda: RightChannels().make_app(),
    "by pydantic": lambda: PydanticChannels().make_app(),
    "lesson 7": lambda: step_07_json_messages.app,
    "the whole server": main.make_app,
    "slow": slow(lambda: RightChannels().make_app()),
    "reads any depth": lambda: ReadsAnyDepth().make_app(),
}


class EchoOfTexts(RightChannels):
    async def echo(self, value: Any, websocket: WebSocket) -> None:
        await super().echo(value | {"data": str(value.get("data"))}, websocket)


class ToEverybody(RightChannels):
    async def tell(self, channel: str, text: str) -> None:
        for each in self.everybody:
            await each.send_json({"type": "message", "channel": channel, "message": text})


class ReceiveJson(RightChannels):
    def parsed(self, text: str) -> Any:
        return json.loads(text)


class TryAroundTheLoop(RightChannels):
    async def talk(self, websocket: WebSocket) -> None:
        try:
            while (message := await websocket.receive())["type"] == "websocket.receive":
                await self.hear(message, websocket)
        except Refused as refused:
            await self.refuse(refused.args[0], websocket)


class ClosesAfterAMistake(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        await super().refuse(refused, websocket)
        await websocket.close(1007)


class Silent(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        pass


class NoDetail(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        await super().refuse(refused | {"detail": ""}, websocket)


class AnswersTwice(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        await super().refuse(refused, websocket)
        await super().refuse(refused, websocket)


class OneCode(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        await super().refuse(refused | {"code": "invalid_message"}, websocket)


class TrustsTheShape(RightChannels):
    def action(self, value: Any) -> str:
        if value.get("action") not in ACTION_NAMES:
            raise Refused(error("unknown_action"))
        return str(value["action"])


class ShapeIsInvalidJson(RightChannels):
    def action(self, value: Any) -> str:
        if not isinstance(value, dict):
            raise Refused(error("invalid_json"))
        return super().action(value)


class NoCodeForActions(PydanticChannels):
    def explained(self, mistake: ValidationError) -> dict[str, Any]:
        codes = {"json_invalid": "invalid_json"}
        return error(codes.get(mistake.errors()[0]["type"], "invalid_message"))


class IndexesTheAction(RightChannels):
    def action(self, value: Any) -> str:
        return super().action(value if not isinstance(value, dict) else value | {"action": value["action"]})


class IgnoresUnknownActions(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        if refused["code"] != "unknown_action":
            await super().refuse(refused, websocket)


class IndexesTheFields(RightChannels):
    def field(self, value: Any, name: str) -> str:
        if not isinstance(value[name], str):
            raise Refused(error("invalid_message"))
        return str(value[name])


class DefaultsForFields(RightChannels):
    def field(self, value: Any, name: str) -> str:
        return super().field({name: ""} | value, name)


class MakesTexts(RightChannels):
    def field(self, value: Any, name: str) -> str:
        return super().field(value if name not in value else value | {name: str(value[name])}, name)


class OnlyJsonErrors(RightChannels):
    def parsed(self, text: str) -> Any:
        if text.startswith("[[["):
            # As json.loads does it, which in each Python reads to another depth.
            raise RecursionError("maximum recursion depth exceeded while decoding a JSON array")
        return super().parsed(text)


class ReadsAnyDepth(RightChannels):
    """As on a Python whose json.loads reads to every depth; but deep nesting is not accepted as a text."""

    def parsed(self, text: str) -> Any:
        depth = text.count("[")
        if depth < 1_000:
            return super().parsed(text)
        return [] if text.startswith("[") else {"action": "echo", "data": "[" * depth + "]" * depth}

    async def echo(self, value: Any, websocket: WebSocket) -> None:
        data = value.get("data")
        if isinstance(data, str) and data.startswith("[["):
            await websocket.send_text(f'{{"type":"response","data":{self.copied(data)}}}')
        else:
            await super().echo(value, websocket)

    def copied(self, lists: str) -> str:
        return lists


class LosesALevel(ReadsAnyDepth):
    def copied(self, lists: str) -> str:
        return lists[1:-1]


class TextAlways(RightChannels):
    def text(self, message: Message) -> str:
        return str(message["text"])


class EmptyIsNoText(RightChannels):
    def text(self, message: Message) -> str:
        if not message.get("text"):
            raise Refused(error("text_expected"))
        return str(message["text"])


class EmptyIsNotBinary(RightChannels):
    def text(self, message: Message) -> str:
        if message.get("bytes"):
            raise Refused(error("text_expected"))
        return str(message.get("text"))


class DecodesBinary(RightChannels):
    def text(self, message: Message) -> str:
        return str(message.get("text") or message.get("bytes", b"").decode(errors="replace"))


class TellsEverybody(RightChannels):
    async def refuse(self, refused: dict[str, Any], websocket: WebSocket) -> None:
        for each in self.everybody:
            await super().refuse(refused, each)


class TellsBeforeItLooks(RightChannels):
    async def hear(self, message: Message, websocket: WebSocket) -> None:
        value = self.parsed(self.text(message))
        if isinstance(value, dict) and value.get("action") == "send" and "message" not in value:
            await self.tell(str(value.get("channel")), "")
        await super().hear(message, websocket)


WRONG: dict[Callable[[], RightChannels], tuple[str, str]] = {
    EchoOfTexts: ("right_messages_are_carried_out", "receives"),
    ToEverybody: ("right_messages_are_carried_out", "receives"),
    ReceiveJson: ("broken_json_is_invalid_json", "Catch it for each message"),
    TryAroundTheLoop: ("broken_json_is_invalid_json", "Catch it for each message, in the loop"),
    ClosesAfterAMistake: ("broken_json_is_invalid_json", "Catch it for each message, in the loop"),
    Silent: ("broken_json_is_invalid_json", "gets an error, at once"),
    NoDetail: ("broken_json_is_invalid_json", "The detail is for people"),
    AnswersTwice: ("broken_json_is_invalid_json", "One error is enough"),
    OneCode: ("broken_json_is_invalid_json", "is invalid_json"),
    TrustsTheShape: ("another_shape_is_an_invalid_message", "A list has no keys"),
    ShapeIsInvalidJson: ("another_shape_is_an_invalid_message", "the code is invalid_message"),
    NoCodeForActions: ("an_unknown_action_is_named", "is an unknown_action"),
    IndexesTheAction: ("an_unknown_action_is_named", "Catch it for each message"),
    IgnoresUnknownActions: ("an_unknown_action_is_named", "gets an error, at once"),
    IndexesTheFields: ("a_missing_field_is_an_invalid_message", "Let pydantic look"),
    DefaultsForFields: ("a_missing_field_is_an_invalid_message", "without a default"),
    MakesTexts: ("a_wrong_type_is_an_invalid_message", "carried it out"),
    OnlyJsonErrors: ("depth_does_no_harm", "RecursionError"),
    LosesALevel: ("depth_does_no_harm", "nested too deep"),
    TextAlways: ("binary_is_no_text", "KeyError"),
    EmptyIsNoText: ("broken_json_is_invalid_json", "An empty text is a text"),
    EmptyIsNotBinary: ("binary_is_no_text", "Empty bytes are binary"),
    DecodesBinary: ("binary_is_no_text", "text_expected"),
    TellsEverybody: ("nobody_else_notices", "to nobody else"),
    TellsBeforeItLooks: ("nobody_else_notices", "passed on to nobody"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("validate_messages", make_app)


@pytest.mark.parametrize(("server", "step", "words"), [(server, *told) for server, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(server: Callable[[], RightChannels], step: str, words: str) -> None:
    fails("validate_messages", lambda: server().make_app(), step, words)
