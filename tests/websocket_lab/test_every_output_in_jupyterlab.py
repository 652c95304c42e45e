"""All that the instruments show, in a real JupyterLab: for every eye, by keyboard, in a narrow window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ElementHandle, expect

from tests.accessibility import UNTIL_SETTLED, notebook_violations, too_wide
from tests.jupyterlab import JupyterLab, NotebookPage, wait_for


WIDGETS = """
from ipywidgets import HBox, VBox
from server_snippets.step_09_task_updates import app
from websocket_lab import BackgroundServer, ClientPanel, LiveClient, PageView, Prediction, TaskBars, WireTap

server = BackgroundServer(app).start()
tap = WireTap(server).start()
tasks = LiveClient(tap.url("/ws/tasks"), "Ana").connect()
for steps in (1, 1000):
    tasks.send_json({"action": "start", "name": "report", "steps": steps})
tasks.wait_for(lambda text: '"finished"' in text)
url = "ws://127.0.0.1:1/chat"
question = Prediction("How many messages leave the server?", ["1", "2", "WebSocketDisconnect 1005"])
answered = Prediction("It greets Ben and returns. Which code does he see?", [1000, 1006, 1011])
answered.choose(1000)
answered.reveal(1006)
panels = HBox([ClientPanel(url), ClientPanel(url, "Ben")])
bars = TaskBars(tasks)
VBox([question, answered, panels, ClientPanel(url, "Eve"), bars, tap.buttons("Ana"), PageView(server)])
"""
WIRE = """
from websocket_lab import show_frame, show_handshake

display(tap.view(8), tap.diagram(8), show_handshake(tap.connections[0]), show_frame(tap.frames()[0]))
"""
CARDS = """
from websocket_lab import check, hint, progress, solution
from websocket_lab.grading.code_diff import diff_table, rows
from websocket_lab.experiments.plots import course_axes, show_plot
from websocket_lab.display.card import Card
from websocket_lab.display.table import table

theirs = f"def shout(text):\\n    return text.upper_and_{'much_' * 12}longer_than_the_window_is_wide()\\n"
differ = diff_table(rows(theirs.replace("upper", "title"), theirs))
compared = Card("", differ, "Beside the solution", wide=True)
measured = table("Answers", ["", "TestClient", "real client"], [("unknown path", "HTTP 403", "✗ 404")])
verdicts = check("private_messages", make_app), check("private_messages", CHATTY)
shown = (compared, solution("private_messages", force=True), hint("private_messages"), progress(), measured)
display(*verdicts, *shown)
axes = course_axes("Polled ticks are received late")
axes.plot([1, 2], [3, 4])
show_plot(axes)
"""
CHATTY = """
from server_snippets.main import make_app
from server_snippets.step_08_chat_rooms import app

CHATTY = lambda: app
"""
# What Tab should lead to, numbered, card by card. Of some radio buttons, only one is a stop.
TAB_STOPS = """() => {
  const stops = 'a[href], button, input, summary, [tabindex="0"]';
  const isStop = (each) => each.checkVisibility() && !each.disabled &&
    !(each.type === 'radio' && each.closest('label').previousElementSibling);
  let number = 0;
  const numbered = (card) => [...card.querySelectorAll(stops)].filter(isStop)
    .map((each) => each.dataset.stop = ++number);
  const cards = [...document.querySelectorAll('.jp-Cell-outputArea .wsl')];
  return cards.map(numbered).filter((stops) => stops.length);
}"""
# Which of them has the focus, and whether that is seen: on itself, or on the option around it.
FOCUS = """() => {
  const focused = document.activeElement;
  const isSeen = (each) => each && getComputedStyle(each).outlineStyle !== 'none';
  return [focused.dataset.stop, isSeen(focused) || isSeen(focused.closest('.wsl-option'))];
}"""


@pytest.fixture(scope="module")
def everything(lab: JupyterLab) -> Iterator[NotebookPage]:
    """A notebook with one of each: every widget, picture and card."""
    page = lab.open_cells(WIDGETS, WIRE, CHATTY, CARDS)
    page.run_all()
    assert page.errors() == []
    page.panel("Ana").type_and_send("not connected")
    page.panel("Ana").wait_for_alert("press Connect first")
    page.page.locator(".wsl-page-box").wait_for()
    page.show_everything()
    yield page
    page.close()


def test_nothing_is_found_in_any_theme(everything: NotebookPage) -> None:
    assert notebook_violations(everything) == []


# 600 is a narrow window; 640 is 1280 at 200 % zoom. In both, JupyterLab's side bar stays open.
@pytest.mark.parametrize("size", [(600, 900), (640, 400)], ids=["600 pixels", "200 % zoom"])
def test_everything_fits_a_narrow_window(everything: NotebookPage, size: tuple[int, int]) -> None:
    assert too_wide(everything.page, *size) == []


def test_what_comes_below_leaves_a_look_as_it_is(everything: NotebookPage) -> None:
    expect(everything.page.locator(".wsl-verdict").first).to_have_css("border-left-width", "5px")
    expect(everything.page.locator(".wsl-page")).to_have_css("max-width", "none")


def test_tab_leads_to_all_that_can_be_used_and_the_focus_is_seen(everything: NotebookPage) -> None:
    keys = everything.page.keyboard
    for first, *others in everything.page.evaluate(TAB_STOPS):
        everything.page.locator(f'[data-stop="{first}"]').focus()
        for stop in others:
            keys.press("Tab")
            assert everything.page.evaluate(FOCUS) == [str(stop), True]
        keys.press("Shift+Tab")
        assert not others or everything.page.evaluate(FOCUS) == [str(others[-1] - 1), True]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_what_is_folded_is_unfolded_by_keyboard(everything: NotebookPage, key: str) -> None:
    # Backwards, for one may be inside another.
    for summary in reversed(everything.page.locator(".wsl summary:visible").element_handles()):
        was_open = summary.evaluate("(summary) => summary.parentElement.open")
        summary.press(key)
        assert summary.evaluate("(summary) => summary.parentElement.open") is not was_open


def test_what_does_not_fit_is_scrolled_by_arrow_keys(everything: NotebookPage) -> None:
    everything.page.set_viewport_size({"width": 600, "height": 900})
    boxes = everything.page.locator(":is(.wsl-scroll, .wsl-tap-picture, .wsl-listing):visible")
    everything.page.evaluate(UNTIL_SETTLED)
    for box in boxes.element_handles():
        wait_for(lambda box=box: moves(box), 60, f"An arrow key does not scroll {box.inner_html()[:200]}")


def moves(box: ElementHandle) -> bool:
    """Press an arrow key, and say whether the box is scrolled by now."""
    # A picture that is drawn anew ends a movement that has hardly begun; the next press begins another.
    box.press("ArrowRight")
    return bool(box.evaluate("(box) => box.scrollLeft > 0"))
