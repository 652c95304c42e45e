"""Progress bars without a browser: what the server pushes moves them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipywidgets import Button, IntProgress, Label

from server_snippets.main import Settings, make_app
from tests.jupyterlab import wait_for
from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.widgets.task_bars import TaskBars


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app(Settings(step_seconds=0.02))) as server:
        yield server


@pytest.fixture
def ana(server: BackgroundServer) -> Iterator[LiveClient]:
    with LiveClient(server.url("/ws/tasks")) as ana:
        ana.receive()
        yield ana


def start(client: LiveClient, name: str, steps: int) -> None:
    client.send_json({"action": "start", "name": name, "steps": steps})
    client.wait_for(lambda text: '"started"' in text)


def parts(bars: TaskBars, number: int = 0) -> tuple[IntProgress, Label, Button]:
    """Return a task's bar, words and button."""
    wait_for(lambda: len(bars.children) > number + 1, 5, "There is no such bar.")
    return bars.children[number + 1].children


def until(condition: Callable[[], Any]) -> None:
    wait_for(condition, 5, "The bars did not show it.")


def test_the_push_moves_the_bar_and_its_words(ana: LiveClient) -> None:
    bars = TaskBars(ana)
    start(ana, "report", 3)
    bar, words, button = parts(bars)
    # The last thing that is painted of it.
    until(lambda: button.disabled)

    assert words.value == "finished"
    assert (bar.description, bar.value, bar.max, bar.bar_style) == ("report", 3, 3, "success")
    assert repr(bars) == "Ana's view · open\nreport: finished"


def test_its_button_cancels_a_task_and_no_other(ana: LiveClient) -> None:
    bars = TaskBars(ana)
    start(ana, "report", 1000)
    start(ana, "film", 1000)
    _, words, button = parts(bars, 1)
    assert button.tooltip == "Cancel film"
    button.click()
    until(lambda: words.value.startswith("cancelled after"))

    assert parts(bars)[1].value.endswith(" of 1000")


def test_who_looks_late_sees_the_same(server: BackgroundServer, ana: LiveClient) -> None:
    start(ana, "report", 1000)
    with LiveClient(server.url("/ws/tasks"), "Ben") as ben:
        ben.receive()
        bars = TaskBars(ben)

        assert parts(bars)[0].max == 1000


def test_without_a_connection_nothing_can_be_cancelled(ana: LiveClient) -> None:
    bars = TaskBars(ana)
    start(ana, "report", 1000)
    _, words, button = parts(bars)
    ana.disconnect()
    until(lambda: button.disabled)
    assert "closed · 1000" in repr(bars)

    button.click()
    until(lambda: words.value == "not sent")


def test_a_name_cannot_smuggle_in_html(ana: LiveClient) -> None:
    bars = TaskBars(ana)
    start(ana, "<img src=x onerror=alert(1)>", 1)
    data, _ = bars._repr_mimebundle_()

    assert "<img" not in data["text/html"]
