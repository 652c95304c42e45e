"""What is no app is refused in words before a server starts, and everything that is one is served."""

from functools import partial

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from websocket_lab import BackgroundServer, LiveClient


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "websocket"
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4321})


class Wrapped:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await plain(scope, receive, send)


class WithFixedPart:
    async def serve(self, word: str, scope: Scope, receive: Receive, send: Send) -> None:
        await plain(scope, receive, send)


def make_app() -> FastAPI:
    return FastAPI()


async def make_app_slowly() -> FastAPI:
    return FastAPI()


app = FastAPI()


@app.websocket("/ws")
async def endpoint(websocket: WebSocket) -> None:
    await websocket.accept()


NO_APPS = [
    (lambda: make_app, "make_app is a function. Pass the app itself: make_app()."),
    (lambda: make_app_slowly, "Pass the app itself: await make_app_slowly()."),
    (make_app_slowly, "a call of the async function make_app_slowly that nobody has awaited"),
    (lambda: "main:app", "the text 'main:app'. Import the app, and pass the app itself."),
    (lambda: None, "this is None. Does the function that makes the app return it?"),
    (lambda: FastAPI, "FastAPI is a class. Pass an app of it: FastAPI()."),
    (APIRouter, "this is a router. Include it in an app"),
    (lambda: endpoint, "endpoint is not one: an app is called with scope, receive and send."),
    (lambda: 8000, "this is of the type int. Pass what FastAPI() returns."),
]


def test_what_is_no_app_is_refused_with_what_to_pass() -> None:
    for make, words in NO_APPS:
        server = BackgroundServer(make())
        with pytest.raises(TypeError) as refusal:
            server.start()

        assert words in str(refusal.value)
        assert not server.is_running


def test_every_kind_of_asgi_app_is_served() -> None:
    kinds = (plain, Wrapped(), lambda *parts: plain(*parts), partial(WithFixedPart().serve, "word"))
    for kind in kinds:
        with BackgroundServer(kind) as server:
            assert LiveClient(server.url("/ws")).connect().wait_closed() == 4321
    with BackgroundServer(Router()) as server:
        assert server.is_running


def test_an_exception_without_a_line_of_the_learners_is_told_by_its_last_line() -> None:
    with BackgroundServer(partial(plain, word="no such parameter")) as server:
        ana = LiveClient(server.url("/ws"))
        with pytest.raises(
            ConnectionError, match=r"The server raised TypeError: plain\(\) got an unexpected"
        ):
            ana.connect()
