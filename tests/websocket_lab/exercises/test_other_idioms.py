"""Right servers in idioms that no lesson shows: actors, timers, task groups, streams, Starlette's classes."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, ClassVar, Literal

import anyio
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, WebSocket, WebSocketException
from pydantic import Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from typing_extensions import TypedDict

from tests.websocket_lab.exercises.bank import passes


Event = dict[str, Any]


class Crowd(dict[Any, str]):
    """Connections with their names; whoever cannot be reached is passed over."""

    async def hear(self, event: Event) -> None:
        for websocket in list(self):
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.send_json(event)


class ActorChat:
    """All that happens goes through one queue, and one task deals with it: no two things happen at once."""

    def __init__(self) -> None:
        self.rooms: defaultdict[str, dict[str, WebSocket]] = defaultdict(dict)
        self.log: defaultdict[str, list[Event]] = defaultdict(list)
        self.inbox: asyncio.Queue[tuple[str, str, str, WebSocket, str]]

    async def tell(self, event: Event, *people: WebSocket) -> None:
        for websocket in people:
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.send_text(json.dumps(event, indent=2))

    async def act(self) -> None:
        while True:
            kind, *rest = await self.inbox.get()
            await getattr(self, kind)(*rest)

    async def came(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        self.rooms[room][name] = websocket
        await self.tell({"type": "joined", "room": room, "username": name}, *self.rooms[room].values())

    async def went(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        if self.rooms[room].pop(name, None):
            await self.tell({"type": "left", "room": room, "username": name}, *self.rooms[room].values())

    async def said(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        event = {"type": "message", "room": room, "from": name, "text": text}
        self.log[room].append(event)
        await self.tell(event, *self.rooms[room].values())

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        self.inbox = asyncio.Queue()
        actor = asyncio.create_task(self.act())
        yield
        actor.cancel()

    async def visit(self, websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        if any(name in people for people in self.rooms.values()):
            return await websocket.close(4009)
        self.inbox.put_nowait(("came", room, name, websocket, ""))
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = json.loads(message["text"])["text"]
            self.inbox.put_nowait(("said", room, name, websocket, text))
        self.inbox.put_nowait(("went", room, name, websocket, ""))

    def make_app(self) -> FastAPI:
        rooms, everything = APIRouter(prefix="/chat/{room}"), APIRouter(prefix="/ws")
        rooms.add_api_websocket_route("/{name}", self.visit)
        everything.include_router(rooms)
        app = FastAPI(lifespan=self.lifespan)
        app.include_router(everything)
        return app


class PrivateActor(ActorChat):
    async def tell(self, event: Event, *people: WebSocket) -> None:
        for websocket in people:
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.send_json(event, mode="binary")

    async def said(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        everyone = {name: each for people in self.rooms.values() for name, each in people.items()}
        match text.split(maxsplit=2):
            case ["/pm", to, words] if to in everyone:
                event = {"type": "private", "from": name, "to": to, "text": words}
                await self.tell(event, websocket, everyone[to])
            case ["/pm", _, _]:
                await self.tell({"type": "error", "code": "unknown_user"}, websocket)
            case ["/pm", *_]:
                await self.tell({"type": "error", "code": "bad_command"}, websocket)
            case _:
                await super().said(room, name, websocket, text)


class RememberingActor(ActorChat):
    async def came(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        await self.tell({"type": "history", "room": room, "messages": self.log[room][-50:]}, websocket)
        await super().came(room, name, websocket, text)


class ListingActor(ActorChat):
    async def came(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        await super().came(room, name, websocket, text)
        await self.list(room)

    async def went(self, room: str, name: str, websocket: WebSocket, text: str) -> None:
        await super().went(room, name, websocket, text)
        await self.list(room)

    async def list(self, room: str) -> None:
        people = self.rooms[room]
        await self.tell({"type": "users", "room": room, "users": sorted(people)}, *people.values())


class Deadlines:
    """One task of the lifespan looks at all deadlines."""

    def __init__(self) -> None:
        self.rooms: defaultdict[str, Crowd] = defaultdict(Crowd)
        self.until: dict[tuple[str, str], float] = {}

    async def show(self, room: str, name: str, active: bool) -> None:
        others = Crowd({websocket: other for websocket, other in self.rooms[room].items() if other != name})
        await others.hear({"type": "typing", "username": name, "active": active})

    async def stop(self, room: str, name: str) -> None:
        if self.until.pop((room, name), None):
            await self.show(room, name, False)

    async def look_round(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            for who in [who for who, moment in self.until.items() if moment < time.monotonic()]:
                await self.stop(*who)

    async def said(self, room: str, name: str, said: Event) -> None:
        match said:
            case {"action": "message", "text": text}:
                await self.stop(room, name)
                await self.rooms[room].hear({"type": "message", "from": name, "text": text})
            case {"action": "typing"}:
                is_new = (room, name) not in self.until
                self.until[room, name] = time.monotonic() + 3
                if is_new:
                    await self.show(room, name, True)

    async def visit(self, websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        self.rooms[room][websocket] = name
        await self.rooms[room].hear({"type": "joined", "username": name})
        try:
            async for said in websocket.iter_json():
                await self.said(room, name, said)
        finally:
            del self.rooms[room][websocket]
            await self.stop(room, name)
            await self.rooms[room].hear({"type": "left", "username": name})

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self.look_round())
            yield
            looking.cancel()

    def make_app(self) -> FastAPI:
        app = FastAPI(lifespan=self.lifespan)
        app.add_api_websocket_route("/ws/chat/{room}/{name}", self.visit)
        return app


def heart_in_a_task_group(interval: float, patience: float) -> FastAPI:
    """AnyIO's task group, scopes and shield."""
    app, router, people = FastAPI(), APIRouter(prefix="/ws"), Crowd()

    async def ping(websocket: WebSocket) -> None:
        while True:
            await anyio.sleep(interval)
            await websocket.send_json({"type": "ping"})

    async def listen(websocket: WebSocket, name: str) -> None:
        while True:
            with anyio.fail_after(patience):
                said = await websocket.receive_json()
            if said["action"] == "message":
                await people.hear({"type": "message", "from": name, "text": said["text"]})

    @router.websocket("/{name}")
    async def visit(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        people[websocket] = name
        await people.hear({"type": "joined", "username": name})
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(ping, websocket)
                try:
                    await listen(websocket, name)
                except TimeoutError:
                    with anyio.move_on_after(0.2):
                        await websocket.close(4008)
                group.cancel_scope.cancel()
        except* (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            del people[websocket]
            with anyio.CancelScope(shield=True):
                await people.hear({"type": "left", "username": name})

    app.include_router(router)
    return app


def heart_of_timers(interval: float, patience: float) -> Starlette:
    """A class-based endpoint, and the loop's timers in place of tasks."""
    people = Crowd()

    class Visit(WebSocketEndpoint):
        encoding = "json"
        limit: asyncio.TimerHandle
        pinging: asyncio.TimerHandle

        async def on_connect(self, websocket: WebSocket) -> None:
            await websocket.accept()
            self.websocket, self.name = websocket, websocket.path_params["name"]
            self.loop = asyncio.get_running_loop()
            self.work: set[asyncio.Task[None]] = set()
            people[websocket] = self.name
            await people.hear({"type": "joined", "username": self.name})
            self.limit = self.loop.call_later(patience, self.start, self.expire)
            self.pinging = self.loop.call_later(interval, self.ping)

        def start(self, act: Callable[[], Any]) -> None:
            self.work.add(task := self.loop.create_task(act()))
            task.add_done_callback(self.work.discard)

        def ping(self) -> None:
            self.start(lambda: Crowd({self.websocket: self.name}).hear({"type": "ping"}))
            self.pinging = self.loop.call_later(interval, self.ping)

        async def expire(self) -> None:
            self.start(lambda: self.websocket.close(4008))
            await self.goodbye()

        async def goodbye(self) -> None:
            self.pinging.cancel()
            self.limit.cancel()
            if people.pop(self.websocket, None):
                await people.hear({"type": "left", "username": self.name})

        async def on_receive(self, websocket: WebSocket, data: Any) -> None:
            self.limit.cancel()
            self.limit = self.loop.call_later(patience, self.start, self.expire)
            if data["action"] == "message":
                await people.hear({"type": "message", "from": self.name, "text": data["text"]})

        async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:
            await self.goodbye()

    return Starlette(routes=[WebSocketRoute("/ws/{name}", Visit)])


def signed_tickets(lifetime: float) -> FastAPI:
    """A ticket carries its own end, signed; only those that are used up are remembered."""
    app, key, used = FastAPI(), secrets.token_bytes(32), set[str]()

    def signed(body: str) -> str:
        return f"{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}.{body}"

    def asks_with_the_token(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), b"Bearer secret-token"):
            raise HTTPException(401)

    @app.post("/tickets", status_code=201, dependencies=[Depends(asks_with_the_token)])
    def sign_in() -> Event:
        return {"ticket": signed(f"{secrets.token_hex(8)}.{time.time() + lifetime}")}

    async def redeemed(websocket: WebSocket, ticket: str = "") -> None:
        await websocket.accept()
        _, _, body = ticket.partition(".")
        is_ours = hmac.compare_digest(ticket.encode(), signed(body).encode())
        if not is_ours or ticket in used or float(body.partition(".")[2]) < time.time():
            raise WebSocketException(4001)
        used.add(ticket)

    @app.websocket("/ws/auth", dependencies=[Depends(redeemed)])
    async def echo(websocket: WebSocket) -> None:
        await websocket.send_json({"type": "welcome"})
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text}")

    return app


class Echo(TypedDict):
    action: Literal["echo"]
    data: Any


class Subscribe(TypedDict):
    action: Literal["subscribe"]
    channel: str


class Send(TypedDict):
    action: Literal["send"]
    channel: str
    message: str


ACTIONS: TypeAdapter[Any] = TypeAdapter(
    Annotated[Echo | Subscribe | Send, Field(discriminator="action")],
)
CODES = {
    "json_invalid": "invalid_json",
    "union_tag_invalid": "unknown_action",
    "union_tag_not_found": "unknown_action",
}


class Channels(WebSocketEndpoint):
    """Dicts that are validated, and matched by their shape."""

    channels: ClassVar[defaultdict[str, set[WebSocket]]]

    async def decode(self, websocket: WebSocket, message: Any) -> Any:
        return message.get("text")

    async def on_receive(self, websocket: WebSocket, data: Any) -> None:
        if data is None:
            event = {"type": "error", "code": "text_expected", "detail": "Send text."}
            return await websocket.send_json(event)
        try:
            action = ACTIONS.validate_json(data)
        except ValidationError as mistake:
            first = mistake.errors()[0]
            code = CODES.get(first["type"], "invalid_message")
            await websocket.send_json({"type": "error", "code": code, "detail": first["msg"]})
        else:
            await self.act(websocket, action)

    async def act(self, websocket: WebSocket, action: Any) -> None:
        match action:
            case {"action": "echo", "data": data}:
                await websocket.send_json({"type": "response", "data": data})
            case {"action": "subscribe", "channel": channel}:
                self.channels[channel].add(websocket)
                await websocket.send_json({"type": "subscribed", "channel": channel})
            case {"channel": channel, "message": text}:
                event = {"type": "message", "channel": channel, "message": text}
                await Crowd.fromkeys(self.channels[channel], "").hear(event)

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:
        for subscribed in self.channels.values():
            subscribed.discard(websocket)


def channels_of_typed_dicts() -> Starlette:
    """A class that is mounted."""
    own: type[Channels] = type("Channels", (Channels,), {"channels": defaultdict(set)})
    return Starlette(routes=[Mount("/ws", routes=[WebSocketRoute("/json", own)])])


def hall_of_streams(limit: int) -> FastAPI:
    """AnyIO's memory streams as queues, and a scope that is cancelled for whoever does not read."""
    app = FastAPI()
    hall: dict[WebSocket, tuple[Any, anyio.CancelScope]] = {}

    def tell(event: Event) -> None:
        for websocket, (stream, scope) in list(hall.items()):
            try:
                stream.send_nowait(event)
            except anyio.WouldBlock:
                del hall[websocket]
                scope.cancel()

    async def write(websocket: WebSocket, events: Any) -> None:
        async for event in events:
            await websocket.send_json(event)

    @app.websocket("/ws/{name}")
    async def visit(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        stream, events = anyio.create_memory_object_stream[Event](limit)
        with stream, events, suppress(BaseExceptionGroup):
            async with anyio.create_task_group() as group:
                group.start_soon(write, websocket, events)
                hall[websocket] = stream, group.cancel_scope
                tell({"type": "joined", "username": name})
                async for said in websocket.iter_json():
                    tell({"type": "message", "from": name, "text": said["text"]})
                group.cancel_scope.cancel()
        hall.pop(websocket, None)
        tell({"type": "left", "username": name})
        with anyio.move_on_after(1), suppress(RuntimeError):
            await websocket.close(1013)

    return app


def limited(take_from: Callable[[int, float], Callable[[], bool]]) -> Callable[[int, float], FastAPI]:
    """Return a function that makes a hall; `take_from` makes what says whether a message may pass."""

    def make_app(burst: int, rate: float) -> FastAPI:
        app, people = FastAPI(), Crowd()

        @app.websocket("/ws/{name}")
        async def visit(websocket: WebSocket, name: str) -> None:
            await websocket.accept()
            people[websocket], may_pass = name, take_from(burst, rate)
            await people.hear({"type": "joined", "username": name})
            try:
                async for said in websocket.iter_json():
                    if may_pass():
                        await people.hear({"type": "message", "from": name, "text": said["text"]})
                    else:
                        await websocket.send_json({"type": "error", "code": "rate_limited"})
            finally:
                del people[websocket]
                await people.hear({"type": "left", "username": name})

        return app

    return make_app


def cell_rate(burst: int, rate: float) -> Callable[[], bool]:
    """The generic cell rate algorithm: one moment in place of tokens."""
    arrival = 0.0

    def may_pass() -> bool:
        nonlocal arrival
        now = time.perf_counter()
        following = max(arrival, now) + 1 / rate
        if following - now > burst / rate + 1e-9:
            return False
        arrival = following
        return True

    return may_pass


def ticking(burst: int, rate: float) -> Callable[[], bool]:
    """A timer puts one token after the other back."""
    loop, tokens, count = asyncio.get_running_loop(), burst, 1
    begin = loop.time()

    def put_back() -> None:
        nonlocal tokens, count
        tokens, count = min(burst, tokens + 1), count + 1
        loop.call_at(begin + count / rate, put_back)

    def may_pass() -> bool:
        nonlocal tokens
        tokens -= 1 if (passes := tokens >= 1) else 0
        return passes

    loop.call_at(begin + 1 / rate, put_back)
    return may_pass


def a_lock_for_each_room(broker: Any) -> FastAPI:
    """Deliveries to all members of a room go out at the same time, in a group of tasks."""
    app, here = FastAPI(), defaultdict[str, Crowd](Crowd)
    subscriptions: dict[str, Any] = {}
    locks = defaultdict[str, anyio.Lock](anyio.Lock)

    async def deliver(room: str, text: str) -> None:
        async with anyio.create_task_group() as group:
            for websocket in here[room]:
                group.start_soon(Crowd({websocket: ""}).hear, json.loads(text))

    async def settle(room: str) -> None:
        async with locks[room]:
            if here[room] and room not in subscriptions:
                subscriptions[room] = await broker.subscribe(room, deliver)
            if not here[room] and room in subscriptions:
                await broker.unsubscribe(subscriptions.pop(room))

    @app.websocket("/ws/chat/{room}/{name}")
    async def chat(websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        here[room][websocket] = name
        await settle(room)
        await broker.publish(room, json.dumps({"type": "joined", "username": name}))
        try:
            async for said in websocket.iter_json():
                event = {"type": "message", "from": name, "text": said["text"]}
                await broker.publish(room, json.dumps(event))
        finally:
            del here[room][websocket]
            await broker.publish(room, json.dumps({"type": "left", "username": name}))
            await settle(room)

    return app


RIGHT: list[tuple[str, Callable[..., Starlette]]] = [
    ("private_messages", lambda: PrivateActor().make_app()),
    ("typing_indicator", lambda: Deadlines().make_app()),
    ("online_users", lambda: ListingActor().make_app()),
    ("message_history", lambda: RememberingActor().make_app()),
    ("sign_in_ticket", signed_tickets),
    ("validate_messages", channels_of_typed_dicts),
    ("heartbeat", heart_in_a_task_group),
    ("heartbeat", heart_of_timers),
    ("slow_client", hall_of_streams),
    ("rate_limit", limited(cell_rate)),
    ("rate_limit", limited(ticking)),
    ("scale_out", a_lock_for_each_room),
]


@pytest.mark.parametrize(("exercise", "make_app"), RIGHT)
def test_a_right_server_passes_whatever_its_idiom(exercise: str, make_app: Callable[..., Starlette]) -> None:
    passes(exercise, make_app)
