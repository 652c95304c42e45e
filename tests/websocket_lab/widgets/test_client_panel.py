"""A client panel without a browser: the same client, with a face."""

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab import BackgroundServer, ConnectFailed
from websocket_lab.client.client_loop import client_loop
from websocket_lab.widgets.client_panel import ClientPanel
from websocket_lab.widgets.panel_renderer import row


app = FastAPI()


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


room: set[WebSocket] = set()


@app.websocket("/room")
async def broadcast(websocket: WebSocket) -> None:
    # First, so that whoever is connected is in.
    room.add(websocket)
    await websocket.accept()
    async for text in websocket.iter_text():
        for member in list(room):
            await member.send_text(text)
    room.discard(websocket)


@app.websocket("/refuses")
async def refuses(websocket: WebSocket) -> None:
    await websocket.close()


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


@pytest.fixture
def ana(server: BackgroundServer) -> Iterator[ClientPanel]:
    with ClientPanel(server.url("/echo")) as panel:
        yield panel


def ask(panel: ClientPanel, **request: object) -> None:
    """Do what a click in the browser does, and wait until it is done."""
    client_loop().call(panel._act, request)


def test_its_methods_are_the_clients(ana: ClientPanel) -> None:
    ana.send_json({"n": 1})

    assert ana.receive_json() == {"n": 1}
    assert ana.messages == ['{"n": 1}']
    assert [entry.direction for entry in ana.log] == ["event", "sent", "received"]


def test_what_is_typed_is_composed_and_sent(server: BackgroundServer) -> None:
    def compose(text: str) -> str:
        return json.dumps({"action": "message", "text": text})

    with ClientPanel(server.url("/echo"), compose=compose) as ana:
        ask(ana, action="say", id=1, text="hi")

        assert ana.receive_json() == {"action": "message", "text": "hi"}


def test_saying_is_typing(ana: ClientPanel) -> None:
    ana.say("hi")

    assert ana.receive() == "hi"


def test_a_click_connects_and_another_disconnects(server: BackgroundServer) -> None:
    ana = ClientPanel(server.url("/echo"))
    ask(ana, action="connect", id=1)
    assert ana.state == "open"

    ask(ana, action="disconnect", id=2)
    assert (ana.state, ana.close_code) == ("closed", 1000)


def test_once_connected_it_says_so(ana: ClientPanel) -> None:
    assert ana.face["words"] == "open"


def test_every_click_is_answered(ana: ClientPanel) -> None:
    ask(ana, action="say", id=41, text="hi")

    assert ana._painter.face()["answered"] == 41


def test_what_a_click_could_not_do_is_told_in_the_panel(server: BackgroundServer) -> None:
    ana = ClientPanel(server.url("/echo"))
    ask(ana, action="say", id=1, text="hi")

    assert "not connected" in ana._painter.face()["alert"]


def test_the_next_click_takes_the_warning_back(server: BackgroundServer) -> None:
    with ClientPanel(server.url("/echo")) as ana:
        ana.disconnect()
        ask(ana, action="say", id=1, text="hi")
        ask(ana, action="connect", id=2)

        assert ana._painter.face()["alert"] == ""


def test_a_refusal_is_raised_and_shown_in_words(server: BackgroundServer) -> None:
    eve = ClientPanel(server.url("/refuses"), "Eve")
    with pytest.raises(ConnectFailed):
        eve.connect()

    assert str(eve).startswith(f"Eve · {eve.url} · refused · HTTP 403")


def test_as_text_it_shows_who_where_and_the_end_of_the_log(ana: ClientPanel) -> None:
    for number in range(30):
        ana.send(f"message {number}")
    lines = str(ana).splitlines()

    assert lines[0] == f"Ana · {ana.url} · open"
    assert lines[1].endswith("earlier lines")
    assert len(lines) == 22


def test_without_a_kernel_it_is_html_with_everything_escaped(ana: ClientPanel) -> None:
    ana.send("<script>alert('x')</script>")
    data, _ = ana._repr_mimebundle_()

    assert "<script" not in data["text/html"]
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in data["text/html"]
    assert data["text/plain"] == str(ana)


def test_what_code_sends_is_not_answered_by_what_was_typed_before(ana: ClientPanel) -> None:
    for number in (1, 2):
        ask(ana, action="say", id=number, text="typed")
    wait_until(ana, ["typed", "typed"])

    ana.send("from a cell")

    assert ana.receive() == "from a cell"


def test_the_answer_to_an_earlier_cell_is_kept_while_somebody_types(ana: ClientPanel) -> None:
    ana.send("from a cell")
    wait_until(ana, ["from a cell"])
    ask(ana, action="say", id=1, text="typed")
    wait_until(ana, ["from a cell", "typed"])
    ana.send("from the next")

    assert [ana.receive(), ana.receive()] == ["from a cell", "from the next"]


def test_what_was_typed_can_be_received_until_code_sends(ana: ClientPanel) -> None:
    ask(ana, action="say", id=1, text="typed")

    assert ana.receive() == "typed"


def test_what_is_typed_into_one_panel_is_not_taken_for_what_another_is_told(server: BackgroundServer) -> None:
    with ClientPanel(server.url("/room")) as ana, ClientPanel(server.url("/room"), "Ben") as ben:
        ask(ana, action="say", id=1, text="typed")
        wait_until(ben, ["typed"])
        ana.send("from a cell")

        assert ben.receive() == "from a cell"


def test_a_new_connection_has_nothing_to_read_from_the_last_one(ana: ClientPanel) -> None:
    ana.send("first")
    wait_until(ana, ["first"])
    ana.disconnect()
    ana.connect().send("second")

    assert ana.receive() == "second"


def test_all_that_came_before_the_expected_message_can_be_had(ana: ClientPanel) -> None:
    for text in ("one", "two", "fence"):
        ana.send(text)

    assert ana.receive_until("fence") == ["one", "two", "fence"]


def test_half_a_surrogate_pair_leaves_no_panel_mute(ana: ClientPanel) -> None:
    texts = [json.dumps({"type": "users", "users": ["\ud800"]}), r'{"data": "\ud800"}']
    for number, text in enumerate(texts):
        ask(ana, action="say", id=number, text=text)
    wait_until(ana, texts)

    client_loop().call(ana._painter.paint)
    shown = ana._painter.face(), list(map(row, ana.log))
    # What the browser gets is written in UTF-8.
    assert json.dumps(shown, ensure_ascii=False).encode()
    assert shown[0]["online"] == r"Online: \ud800"


def test_what_cannot_be_sent_is_told_in_the_panel_and_the_connection_stays(ana: ClientPanel) -> None:
    ask(ana, action="say", id=1, text="half \ud83d")
    assert r"'\ud83d' at position 5 is half of a surrogate pair" in ana._painter.face()["alert"]

    ask(ana, action="say", id=2, text="whole")
    assert ana.receive() == "whole"


def test_a_panel_of_something_else_than_an_address_is_refused(server: BackgroundServer) -> None:
    with pytest.raises(TypeError, match="not a BackgroundServer"):
        ClientPanel(server)  # type: ignore[arg-type]


def wait_until(panel: ClientPanel, messages: list[str]) -> None:
    """Wait until the panel has received these messages, without reading one."""
    client_loop().call(panel.client._connection.until, lambda: panel.messages == messages)
