"""The bank of “Sign-in ticket”: servers whose tickets keep the contract, and the usual ones whose do not."""

import asyncio
import base64
import json
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Header, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse, Response

from server_snippets.step_06_authentication import TOKEN, is_right
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.check import check
from websocket_lab.grading.finished_exercise import finished_module


class RightDoor:
    """A right server, in small parts that the wrong ones replace."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self.expiries: dict[str, float] = {}

    def new(self) -> str:
        return secrets.token_urlsafe(16)

    def issue(self) -> str:
        ticket = self.new()
        self.expiries[ticket] = time.monotonic() + self.lifetime
        return ticket

    def is_known(self, authorization: str) -> bool:
        return is_right(authorization.removeprefix("Bearer "))

    async def sign_in(self, authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        if not self.is_known(authorization):
            raise HTTPException(401)
        return {"ticket": self.issue()}

    async def is_valid(self, ticket: str) -> bool:
        return self.expiries.pop(ticket, 0.0) > time.monotonic()

    async def refuse(self, websocket: WebSocket) -> None:
        await websocket.close(4001, "Invalid ticket")

    async def welcome(self, websocket: WebSocket) -> None:
        await websocket.send_json({"type": "welcome"})

    async def answer(self, websocket: WebSocket, ticket: str = "") -> None:
        await websocket.accept()
        if not await self.is_valid(ticket):
            return await self.refuse(websocket)
        await self.welcome(websocket)
        await self.echo(websocket)

    async def echo(self, websocket: WebSocket) -> None:
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text}")

    def make_app(self) -> FastAPI:
        router = APIRouter()
        router.add_api_route("/tickets", self.sign_in, methods=["POST"])
        router.add_api_websocket_route("/ws/auth", self.answer)
        app = FastAPI()
        app.include_router(router)
        return app


def server_of(door: type[RightDoor]) -> MakeApp:
    """Return a function that makes a server with this door."""
    return lambda lifetime=30.0: door(lifetime).make_app()


def flags_and_words(lifetime: float) -> FastAPI:
    """Another design: a record with a flag for each ticket, all by hand, and more fields than asked."""
    app = FastAPI()
    records: dict[str, list[float]] = {}

    @app.post("/tickets")
    async def sign_in(request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "Who are you?"}, 401)
        ticket = f"ticket-{uuid.uuid4()}"
        records[ticket] = [time.time(), 0]
        return JSONResponse({"ticket": ticket, "expires_in": lifetime}, 201)

    @app.websocket("/ws/auth")
    async def answer(websocket: WebSocket) -> None:
        await websocket.accept()
        made_and_used = records.get(websocket.query_params.get("ticket", ""), [0.0, 1])
        if made_and_used[1] or time.time() - made_and_used[0] >= lifetime:
            return await websocket.close(4001)
        made_and_used[1] = 1
        await websocket.send_json({"type": "hello", "from": "the server"})
        await websocket.send_json({"type": "welcome", "name": "ana"})
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text}")

    return app


class Base64Tickets(RightDoor):
    """A right server whose tickets hold what has a meaning in an address: it must be quoted there."""

    def new(self) -> str:
        return f"+/#&=% {base64.b64encode(secrets.token_bytes(16)).decode()}"


class TimersAndLocks(RightDoor):
    """Another design: a timer forgets each ticket, and a lock keeps others away during a slow look."""

    def __init__(self, lifetime: float) -> None:
        super().__init__(lifetime)
        self.lock = asyncio.Lock()

    def issue(self) -> str:
        ticket = super().issue()
        asyncio.get_running_loop().call_later(self.lifetime, self.expiries.pop, ticket, None)
        return ticket

    async def is_valid(self, ticket: str) -> bool:
        async with self.lock:
            was_there = ticket in self.expiries
            await asyncio.sleep(0.01)
            self.expiries.pop(ticket, None)
            return was_there


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda lifetime: finished_module("sign_in_ticket").make_app(lifetime),
    "small parts": server_of(RightDoor),
    "flags and words": flags_and_words,
    "timers and locks": server_of(TimersAndLocks),
    "base64": server_of(Base64Tickets),
    "slow": slow(server_of(RightDoor)),
}


class HalfASurrogate(RightDoor):
    def new(self) -> str:
        return f"\ud800{super().new()}"

    async def sign_in(self, authorization: Annotated[str, Header()] = "") -> Any:
        # The framework's own way would fail: it writes JSON without escapes.
        return Response(json.dumps(await super().sign_in(authorization)), media_type="application/json")


class ShortTicket(RightDoor):
    def new(self) -> str:
        return secrets.token_hex(4)


class NoTicket(RightDoor):
    def issue(self) -> str:
        super().issue()
        return ""


class AnyToken(RightDoor):
    def is_known(self, authorization: str) -> bool:
        return True


class PartOfTheToken(RightDoor):
    def is_known(self, authorization: str) -> bool:
        return TOKEN.startswith(authorization.removeprefix("Bearer "))


class HeaderWithoutDefault(RightDoor):
    async def sign_in(self, authorization: Annotated[str, Header()]) -> dict[str, str]:
        return await super().sign_in(authorization)


class Counter(RightDoor):
    def new(self) -> str:
        return f"{len(self.expiries):020}"


class SameTicket(RightDoor):
    ticket = secrets.token_urlsafe(16)

    def new(self) -> str:
        return self.ticket


class ForgetsToRemember(RightDoor):
    def issue(self) -> str:
        return self.new()


class EndsAtOnce(RightDoor):
    async def echo(self, websocket: WebSocket) -> None:
        await websocket.close()


class OpenDoor(RightDoor):
    async def is_valid(self, ticket: str) -> bool:
        return True


class TokenOpensToo(RightDoor):
    async def is_valid(self, ticket: str) -> bool:
        return await super().is_valid(ticket) or is_right(ticket)


class RaisesKeyError(RightDoor):
    async def is_valid(self, ticket: str) -> bool:
        return self.expiries.pop(ticket) > time.monotonic()


class PolicyCode(RightDoor):
    async def refuse(self, websocket: WebSocket) -> None:
        await websocket.close(1008)


class RefusesBeforeAccepting(RightDoor):
    async def answer(self, websocket: WebSocket, ticket: str = "") -> None:
        if not await self.is_valid(ticket):
            return await self.refuse(websocket)
        await websocket.accept()
        await self.welcome(websocket)
        await self.echo(websocket)


class WelcomesEverybody(RightDoor):
    async def refuse(self, websocket: WebSocket) -> None:
        await self.welcome(websocket)
        await super().refuse(websocket)


class NeverUsedUp(RightDoor):
    async def is_valid(self, ticket: str) -> bool:
        return self.expiries.get(ticket, 0.0) > time.monotonic()


class UsedUpByLeaving(NeverUsedUp):
    async def answer(self, websocket: WebSocket, ticket: str = "") -> None:
        try:
            await super().answer(websocket, ticket)
        finally:
            self.expiries.pop(ticket, None)


class GoodAgainAfterLeaving(RightDoor):
    async def answer(self, websocket: WebSocket, ticket: str = "") -> None:
        expiry = self.expiries.get(ticket, 0.0)
        await super().answer(websocket, ticket)
        self.expiries[ticket] = expiry


class OneTicketAtATime(RightDoor):
    def issue(self) -> str:
        self.expiries.clear()
        return super().issue()


class OneGuessSpoilsAll(RightDoor):
    async def refuse(self, websocket: WebSocket) -> None:
        self.expiries.clear()
        await super().refuse(websocket)


class UsedUpAfterTheWelcome(NeverUsedUp):
    async def answer(self, websocket: WebSocket, ticket: str = "") -> None:
        await websocket.accept()
        if not await self.is_valid(ticket):
            return await self.refuse(websocket)
        await self.welcome(websocket)
        self.expiries.pop(ticket, None)
        await self.echo(websocket)


class LooksTwice(RightDoor):
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        await asyncio.sleep(0.02)
        yield

    async def is_valid(self, ticket: str) -> bool:
        valid = self.expiries.get(ticket, 0.0) > time.monotonic()
        async with self.transaction():
            self.expiries.pop(ticket, None)
        return valid


class LivesTooShort(RightDoor):
    def __init__(self, lifetime: float) -> None:
        super().__init__(lifetime / 4)


class LivesForEver(RightDoor):
    async def is_valid(self, ticket: str) -> bool:
        return self.expiries.pop(ticket, None) is not None


class OwnLifetime(RightDoor):
    def __init__(self, lifetime: float) -> None:
        super().__init__(30.0)


class OnlyCleansUp(LivesForEver):
    def issue(self) -> str:
        now = time.monotonic()
        self.expiries = {ticket: expiry for ticket, expiry in self.expiries.items() if expiry > now}
        return super().issue()


WRONG = {
    HalfASurrogate: ("the_right_token_gets_a_ticket", "cannot stand in an address"),
    ShortTicket: ("the_right_token_gets_a_ticket", "at least 16 characters"),
    NoTicket: ("the_right_token_gets_a_ticket", "let the function that makes a ticket return it"),
    AnyToken: ("no_token_gets_no_ticket", "Compare the whole token"),
    PartOfTheToken: ("no_token_gets_no_ticket", "Compare the whole token"),
    HeaderWithoutDefault: ("no_token_gets_no_ticket", "FastAPI answers with 422"),
    Counter: ("each_ticket_is_new", "can be guessed"),
    SameTicket: ("each_ticket_is_new", "can be guessed"),
    ForgetsToRemember: ("a_ticket_opens_a_connection", "Is it remembered when it is made"),
    EndsAtOnce: ("a_ticket_opens_a_connection", "the connection stays open"),
    OpenDoor: ("nothing_else_opens_one", "no ticket of yours"),
    TokenOpensToo: ("nothing_else_opens_one", "no ticket of yours"),
    RaisesKeyError: ("nothing_else_opens_one", "A KeyError ends a connection"),
    PolicyCode: ("nothing_else_opens_one", "is 4001"),
    RefusesBeforeAccepting: ("nothing_else_opens_one", "Accept first"),
    WelcomesEverybody: ("nothing_else_opens_one", "before you welcome anybody"),
    NeverUsedUp: ("a_ticket_works_once", "dict.pop does both"),
    UsedUpByLeaving: ("a_ticket_works_once", "dict.pop does both"),
    GoodAgainAfterLeaving: ("a_ticket_works_once", "dict.pop does both"),
    OneTicketAtATime: ("everyone_has_a_ticket", "Remember all of them"),
    OneGuessSpoilsAll: ("everyone_has_a_ticket", "forget only the one that is used"),
    UsedUpAfterTheWelcome: ("one_ticket_admits_one", "in one step without await"),
    LooksTwice: ("one_ticket_admits_one", "in one step without await"),
    LivesTooShort: ("a_ticket_expires", "Half of its lifetime is left"),
    LivesForEver: ("a_ticket_expires", "Its time is over"),
    OwnLifetime: ("a_ticket_expires", "Its time is over"),
    OnlyCleansUp: ("a_ticket_expires", "Its time is over"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("sign_in_ticket", make_app)


@pytest.mark.parametrize(("door", "step", "words"), [(door, *told) for door, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(door: type[RightDoor], step: str, words: str) -> None:
    fails("sign_in_ticket", server_of(door), step, words)


def test_a_maker_that_takes_no_lifetime_is_an_error_in_words() -> None:
    verdict = check("sign_in_ticket", lambda: RightDoor(30.0).make_app())

    assert verdict.outcome == "error"
    assert "positional argument" in verdict.message
