"""BackgroundServer: starts or says why not, stops whatever its clients do, leaves nothing behind."""

import asyncio
import os
import socket
import threading
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket

from websocket_lab import BackgroundServer, ConnectFailed, LiveClient, ServerStartError


def make_app(events: list[str] | None = None) -> FastAPI:
    """Return an app with one endpoint for each way in which a handler can be busy."""
    heard: list[str] = [] if events is None else events

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        heard.append("start-up")
        yield
        heard.append("shutdown")

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    @app.websocket("/sleep")
    async def sleep(websocket: WebSocket) -> None:
        await websocket.accept()
        await asyncio.Event().wait()

    @app.websocket("/flood")
    async def flood(websocket: WebSocket) -> None:
        await websocket.accept()
        while True:
            await websocket.send_text("x" * 60_000)
            # Without this, a send that never waits would never let the loop see the client go.
            await asyncio.sleep(0)

    @app.websocket("/raise")
    async def fail(websocket: WebSocket) -> None:
        await websocket.accept()
        raise LookupError("no such room")

    return app


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app()) as server:
        yield server


def server_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "websocket-lab-server"]


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_client_is_answered_as_soon_as_start_returns(server: BackgroundServer) -> None:
    with LiveClient(server.url("/echo")) as ana:
        ana.send("hi")

        assert ana.receive() == "hi"


def test_the_addresses_name_the_loopback_and_the_port(server: BackgroundServer) -> None:
    assert server.url("/ws") == server.url("ws") == f"ws://127.0.0.1:{server.port}/ws"
    assert server.http_url() == f"http://127.0.0.1:{server.port}/"


def test_http_is_answered_too(server: BackgroundServer) -> None:
    with urllib.request.urlopen(server.http_url("/openapi.json"), timeout=60) as response:
        assert response.status == 200


def test_a_busy_port_is_named_with_its_remedy(server: BackgroundServer) -> None:
    with pytest.raises(
        OSError, match=f"Port {server.port} is taken. Stop the other server, or leave out port="
    ):
        BackgroundServer(make_app(), port=server.port).start()


def test_a_failing_lifespan_is_raised_with_the_learners_lines_only() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise ValueError("no database")
        yield

    with pytest.raises(ServerStartError, match="ValueError: no database") as failure:
        BackgroundServer(FastAPI(lifespan=lifespan)).start()

    assert "test_background_server.py" in str(failure.value)
    assert "site-packages" not in str(failure.value)


def test_a_lifespan_that_hangs_is_reported_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("websocket_lab.server.background_server.START_DEADLINE", 0.2)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    server = BackgroundServer(FastAPI(lifespan=lifespan))
    with pytest.raises(ServerStartError, match="did not start within"):
        server.start()

    assert not server.is_running
    assert server_threads() == []


@pytest.mark.parametrize("attempt", range(5))
def test_a_server_that_is_stopped_before_its_thread_has_begun_is_ended(
    monkeypatch: pytest.MonkeyPatch, attempt: int
) -> None:
    monkeypatch.setattr("websocket_lab.server.background_server.START_DEADLINE", 0.0)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    with pytest.raises(ServerStartError, match="did not start within"):
        BackgroundServer(FastAPI(lifespan=lifespan)).start()

    assert server_threads() == []


def test_a_wrong_option_is_raised_in_the_cell() -> None:
    with pytest.raises(TypeError, match="ws_pings"):
        BackgroundServer(make_app(), ws_pings=1).start()


def test_the_lifespan_runs_to_its_end_at_every_stop() -> None:
    events: list[str] = []
    server = BackgroundServer(make_app(events))

    for _ in range(2):
        server.start().stop()

    assert events == ["start-up", "shutdown"] * 2


@pytest.mark.parametrize("path", ["/echo", "/sleep", "/flood"])
def test_stop_ends_the_thread_whatever_the_handler_does(path: str) -> None:
    events: list[str] = []
    with BackgroundServer(make_app(events)) as server:
        client = LiveClient(server.url(path)).connect()
    client.wait_closed()

    assert not server.is_running
    assert server_threads() == []
    assert events[-1] == "shutdown"


def test_an_open_client_hears_service_restart() -> None:
    with BackgroundServer(make_app()) as server:
        ana = LiveClient(server.url("/echo")).connect()

    assert ana.wait_closed() == 1012


@pytest.mark.parametrize("loop", ["auto", "asyncio"])
def test_stop_ends_with_a_stalled_and_with_a_vanished_client(loop: str) -> None:
    with BackgroundServer(make_app(), loop=loop) as server:
        stalled = LiveClient(server.url("/flood"), "Ana").connect()
        stalled.pause_reading()
        vanished = LiveClient(server.url("/flood"), "Ben").connect()
        vanished.vanish()

    assert server_threads() == []


def test_thirty_restarts_leak_no_thread_no_port_and_no_descriptor() -> None:
    server = BackgroundServer(make_app())
    before = None
    for _ in range(31):
        with server.start(), LiveClient(server.url("/echo")):
            port = server.port
        before = before or open_descriptors()

    assert server_threads() == []
    assert open_descriptors() <= before
    socket.create_server(("127.0.0.1", port)).close()


def test_a_handlers_exception_is_shown_cut_to_its_own_lines(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    LiveClient(server.url("/raise")).connect().wait_closed()

    shown = capsys.readouterr().err
    assert server.errors[-1] in shown
    assert "An exception left /raise" in shown
    assert 'raise LookupError("no such room")' in shown
    assert "starlette" not in shown


def test_an_exception_is_shown_before_anybody_can_know_of_it() -> None:
    class Watched(BackgroundServer):
        def show(self, error: str) -> None:
            known.append(list(self.errors))

    known: list[list[str]] = []
    with Watched(make_app()) as server:
        LiveClient(server.url("/raise")).connect().wait_closed()

    assert known == [[]] and len(server.errors) == 1


def test_a_lost_tasks_exception_is_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()

    async def work() -> None:
        raise LookupError("lost")

    @app.websocket("/ws")
    async def start_work(websocket: WebSocket) -> None:
        await websocket.accept()
        await asyncio.wait([asyncio.create_task(work())])
        await websocket.close()

    with BackgroundServer(app) as server:
        LiveClient(server.url("/ws")).connect().wait_closed()

    assert "LookupError: lost" in capsys.readouterr().err


def test_stopping_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with BackgroundServer(make_app()) as server:
        LiveClient(server.url("/sleep")).connect()
        LiveClient(server.url("/flood"), "Ben").connect()

    assert capsys.readouterr().err == ""


def test_a_failing_shutdown_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        raise ValueError("disk full")

    with BackgroundServer(FastAPI(lifespan=lifespan)):
        pass

    assert "ValueError: disk full" in capsys.readouterr().err


def test_a_handler_that_blocks_is_named_when_stop_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("websocket_lab.server.background_server.STOP_DEADLINE", 0.3)
    app = FastAPI()
    release, blocked = threading.Event(), threading.Event()

    @app.websocket("/ws")
    async def block(websocket: WebSocket) -> None:
        await websocket.accept()
        blocked.set()
        release.wait(60)

    server = BackgroundServer(app).start()
    LiveClient(server.url("/ws")).connect()
    blocked.wait(60)
    with pytest.warns(RuntimeWarning, match=r"(?s)time.sleep.*release\.wait\(60\)"):
        server.stop()
    release.set()
    for thread in server_threads():
        thread.join(60)


def test_uvicorns_own_log_setup_brings_no_second_traceback_and_no_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    uvicorn.Config(make_app(), log_level="info")
    with BackgroundServer(make_app()) as server:
        uvicorn.Config(make_app(), log_level="info")
        LiveClient(server.url("/raise?token=secret-token")).connect().wait_closed()

    output = capsys.readouterr()
    assert output.err.count("LookupError") == 2
    assert "secret-token" not in output.out + output.err


def test_a_warning_of_uvicorn_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with BackgroundServer(make_app(), ws="none") as server, pytest.raises(ConnectFailed):
        LiveClient(server.url("/echo")).connect()

    assert "WARNING: Unsupported upgrade request." in capsys.readouterr().err


def test_no_address_with_a_token_reaches_the_output(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with LiveClient(server.url("/echo?token=secret-token")):
        pass

    output = capsys.readouterr()
    assert "secret-token" not in output.out + output.err
