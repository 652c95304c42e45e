"""A tap's view grows while messages cross, and its buttons do what the methods do."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from tests.websocket_lab.tapped_app import make_app
from websocket_lab import BackgroundServer, LiveClient, WireTap
from websocket_lab.widgets.tap_view import Repainter, TapView


@pytest.fixture
def tap() -> Iterator[WireTap]:
    with BackgroundServer(make_app()) as server, WireTap(server) as tap:
        yield tap


def until(view: TapView, condition: Callable[[], bool]) -> None:
    """Wait until the view shows what is expected."""
    changed = Event()
    view.observe(lambda _: changed.set(), "text")
    while not condition():
        assert changed.wait(60), f"It shows {view.text!r}."
        changed.clear()


def test_the_picture_grows_while_messages_cross(tap: WireTap) -> None:
    view = tap.view()
    assert view.text == "Nothing has crossed yet."
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        until(view, lambda: "Echo: Hello" in view.text)
    assert "Echo: Hello" in view.svg


def test_a_view_can_show_one_client_only(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")), LiveClient(tap.url("/ws"), "Ben"):
        view = tap.view(name="Ben")
        assert (view.title, "Ana" in view.text) == ("Ben on the wire", False)


def test_a_view_can_leave_arrows_out(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        for text in ("Hello", "ping", "ping"):
            ana.send(text)
            ana.receive()
        view = tap.view(last=2, without=["ping", "pong"])

    assert view.text.count("Hello") == 2
    assert "ping" not in view.text
    assert view.title == "Everyone on the wire, without ping and pong"


def test_earlier_arrows_are_counted(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        for _ in range(10):
            ana.send("Hello")
            ana.receive()
        assert tap.view(last=4).text.startswith("… 18 earlier arrows")


def test_a_frozen_view_stays_as_it_is(tap: WireTap) -> None:
    view, other = tap.view(), tap.view()
    view.freeze()
    with LiveClient(tap.url("/ws")):
        until(other, lambda: "101" in other.text)
    assert view.text == "Nothing has crossed yet."


def test_a_picture_that_comes_late_does_not_change_a_frozen_view(tap: WireTap) -> None:
    view = tap.view()
    view.freeze()
    with LiveClient(tap.url("/ws")):
        view._paint()
    assert view.text == "Nothing has crossed yet."


def test_without_a_kernel_it_is_text_and_a_picture(tap: WireTap) -> None:
    data, _ = tap.view()._repr_mimebundle_()
    assert data["text/plain"] == "Nothing has crossed yet."
    assert "<svg" in data["text/html"] and "<summary>" in data["text/html"]


def test_changes_that_come_together_are_painted_once() -> None:
    painted: list[int] = []
    done = Event()

    def paint() -> None:
        painted.append(1)
        done.set()

    repainter = Repainter(paint)
    for _ in range(1000):
        repainter.soon()
    assert done.wait(60)
    assert len(painted) < 5


def test_the_buttons_tell_how_the_cable_is(tap: WireTap) -> None:
    buttons = tap.buttons("Ana")
    assert repr(buttons) == "Ana's cable: plugged in"
    buttons.pull()
    assert (repr(buttons), tap.is_frozen("Ana"), tap.is_frozen("Ben")) == (
        "Ana's cable: pulled: nothing passes",
        True,
        False,
    )
    buttons.plug_in()
    assert not buttons.is_pulled and not tap.is_frozen("Ana")


def test_the_buttons_follow_the_methods(tap: WireTap) -> None:
    buttons = tap.buttons()
    tap.freeze()
    assert buttons.is_pulled
    tap.thaw()
    assert not buttons.is_pulled


def test_a_reset_by_button_ends_the_connection(tap: WireTap) -> None:
    ana = LiveClient(tap.url("/ws")).connect()
    tap.buttons("Ana").reset()
    assert ana.wait_closed() == 1006
