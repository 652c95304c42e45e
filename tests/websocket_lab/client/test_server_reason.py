"""Where the server of this kernel has raised, the client's error says so and where to read on."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI, WebSocket

from websocket_lab import BackgroundServer, ConnectFailed, ConnectionEnded, LiveClient, WireTap
from websocket_lab.grading.harness import CheckedServer
from websocket_lab.server.server_reason import raised
from websocket_lab.widgets.client_panel import ClientPanel


WHERE = "See under the cell that started it, or print(server.errors[-1])."
REASON = f"The server raised NameError: name 'txt' is not defined. {WHERE}"
app = FastAPI()


@app.websocket("/typo")
async def typo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for _ in websocket.iter_text():
        await websocket.send_text(txt)  # type: ignore[name-defined]  # noqa: F821


@app.websocket("/early")
async def early(websocket: WebSocket) -> None:
    await websocket.send_text(txt)  # type: ignore[name-defined]  # noqa: F821


@app.websocket("/refuses")
async def refuses(websocket: WebSocket) -> None:
    await websocket.close()


@app.websocket("/silent")
async def silent(websocket: WebSocket) -> None:
    await websocket.accept()
    async for _ in websocket.iter_text():
        pass


@app.websocket("/forgetful")
async def forgetful(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        websocket.send_text(text)  # type: ignore[unused-coroutine]


rooms = APIRouter(prefix="/rooms")


@rooms.websocket("/{room}")
async def closed_room(websocket: WebSocket, room: str) -> None:
    await websocket.close()


app.include_router(rooms)


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


@pytest.fixture
def tap(server: BackgroundServer) -> Iterator[WireTap]:
    with WireTap(server) as tap:
        yield tap


def let_it_raise(server: BackgroundServer) -> None:
    """Have the server raise for somebody else."""
    with LiveClient(server.url("/typo"), "Ben", deadline=60) as ben:
        ben.send("hi")
        ben.wait_closed()


def ended(url: str) -> str:
    """Return what Ana reads after her message has made the server raise."""
    ana = LiveClient(url, deadline=60).connect()
    ana.send("hi")
    with pytest.raises(ConnectionEnded) as end:
        ana.receive()
    return str(end.value)


def test_an_end_says_what_the_server_raised_and_gives_no_vain_advice(server: BackgroundServer) -> None:
    assert ended(server.url("/typo")) == f"Ana's connection is closed (1006). {REASON}"


def test_through_a_tap_it_says_the_same(tap: WireTap) -> None:
    assert ended(tap.url("/typo")) == f"Ana's connection is closed (1006). {REASON}"


def test_a_refusal_with_500_says_it(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed) as failure:
        LiveClient(server.url("/early"), deadline=60).connect()

    assert str(failure.value) == f"The server refused Ana's handshake with HTTP 500. {REASON}"
    assert failure.value.status == 500


def test_another_refusal_does_not(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed, match=r"HTTP 403\.$"):
        LiveClient(server.url("/refuses"), deadline=60).connect()


def test_silence_says_it_whoever_made_the_server_raise(server: BackgroundServer) -> None:
    with LiveClient(server.url("/silent"), deadline=60) as ana:
        let_it_raise(server)
        with pytest.raises(TimeoutError) as silence:
            ana.receive(deadline=0.01)

    assert str(silence.value).endswith(f"within 0.01 s. Nothing was received so far. {REASON}")


def test_what_was_raised_before_somebody_connected_is_not_told(server: BackgroundServer) -> None:
    let_it_raise(server)
    with (
        LiveClient(server.url("/silent"), deadline=60) as ana,
        pytest.raises(TimeoutError, match=r"so far\.$"),
    ):
        ana.receive(deadline=0.01)


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
def test_who_has_left_is_told_to_connect_again(server: BackgroundServer, leave: object) -> None:
    ana = LiveClient(server.url("/silent"), deadline=60).connect()
    let_it_raise(server)
    leave(ana)  # type: ignore[operator]
    ana.wait_closed()

    with pytest.raises(ConnectionEnded, match=r"Call connect\(\) to open a new one\.$"):
        ana.receive()


def test_a_server_under_check_leaves_it_to_the_verdict() -> None:
    with CheckedServer(app) as server:
        assert ended(server.url("/typo")).endswith("Call connect() to open a new one.")


def test_a_panel_shows_it_with_its_state(server: BackgroundServer) -> None:
    ana = ClientPanel(server.url("/typo"), deadline=60).connect()
    ana.say("hi")
    ana.wait_closed()

    assert ana._painter.face()["alert"] == REASON
    assert str(ana).startswith(f"Ana · {ana.url} · closed · 1006 abnormal closure · {REASON}")


def test_a_refused_panel_shows_it_too(server: BackgroundServer) -> None:
    ana = ClientPanel(server.url("/early"), deadline=60)
    with pytest.raises(ConnectFailed):
        ana.connect()

    assert ana._painter.face()["alert"] == REASON
    assert f"refused · HTTP 500 · {REASON}" in str(ana)


def test_a_panel_that_ended_in_order_shows_nothing_of_it(server: BackgroundServer) -> None:
    ana = ClientPanel(server.url("/silent"), deadline=60).connect()
    let_it_raise(server)
    ana.disconnect()

    assert ana._painter.face()["alert"] == ""


GROUP = """\
  + Exception Group Traceback (most recent call last):
  | ExceptionGroup: all (1 sub-exception)
  +-+---- 1 ----
    | Traceback (most recent call last):
    |   File "x", line 1
    | ValueError: no
    +----"""
TRACEBACK = 'Traceback (most recent call last):\n  File "x", line 1\n'


@pytest.mark.parametrize(
    ("traceback", "line"),
    [
        (f"{TRACEBACK}KeyError: 'text'", "KeyError: 'text'"),
        ("TypeError: make_app() takes 0 arguments", "TypeError: make_app() takes 0 arguments"),
        (f"{TRACEBACK}Oops: one.\nand two", "Oops: one"),
        (f"{TRACEBACK}KeyError: 1\n\nThe above …\n\n{TRACEBACK}ValueError: 2", "ValueError: 2"),
        (GROUP, "ValueError: no"),
        (f"{TRACEBACK}ValueError: {'x' * 300}", f"ValueError: {'x' * 188}…"),
    ],
)
def test_of_a_traceback_one_line_is_told(traceback: str, line: str) -> None:
    assert raised(f"An exception left /ws:\n{traceback}").sentence == f"The server raised {line}. {WHERE}"


def test_a_wrong_path_lists_the_paths_that_the_server_has(tap: WireTap) -> None:
    ana = ClientPanel(tap.url("/wrong?token=1"), deadline=60)
    with pytest.raises(ConnectFailed) as failure:
        ana.connect()

    paths = "it has /typo, /early, /refuses, /silent, /forgetful and /rooms/{room}"
    refusal = "The server refused Ana's handshake with HTTP 403."
    assert str(failure.value) == f"{refusal} The server has no WebSocket endpoint at /wrong: {paths}."
    assert paths in ana._painter.face()["alert"]


def test_a_path_of_an_included_router_is_there(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed, match=r"HTTP 403\.$"):
        LiveClient(server.url("/rooms/lobby"), deadline=60).connect()


def test_silence_says_which_call_was_not_awaited_and_where_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = forgetful.__code__.co_firstlineno + 4
    sentence = (
        f"{__file__}, line {line}: coroutine 'WebSocket.send_text' was never awaited, so it never ran. "
        "Write await in front of the call."
    )
    # pytest puts back the hook for warnings after each test, so the server belongs to this one.
    with BackgroundServer(app) as server:
        for _ in range(2):
            with LiveClient(server.url("/forgetful"), deadline=60) as ana:
                ana.send("hi")
                # Once Ben is connected, the server has read what Ana sent before.
                with LiveClient(server.url("/silent"), "Ben", deadline=60):
                    pass
                with pytest.raises(TimeoutError) as silence:
                    ana.receive(deadline=0.01)
            assert str(silence.value).endswith(sentence)

    assert capsys.readouterr().err.splitlines() == [sentence] * 2
