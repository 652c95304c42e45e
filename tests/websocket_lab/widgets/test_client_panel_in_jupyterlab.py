"""Client panels in a real JupyterLab, used as a person uses them."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.accessibility import walk_to
from tests.jupyterlab import JupyterLab, NotebookPage, wait_for


CHAT_SERVER = """
from fastapi import FastAPI, WebSocket
from websocket_lab import BackgroundServer
from websocket_lab.widgets.client_panel import ClientPanel

app = FastAPI()
members = []


async def burst(websocket, count):
    for number in range(count):
        await websocket.send_text(f"message {number}")


@app.websocket("/chat")
async def chat(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            if text.startswith("burst"):
                await burst(websocket, int(text.split()[1]))
            else:
                for member in list(members):
                    await member.send_text(text)
    finally:
        members.remove(websocket)


@app.websocket("/refuses")
async def refuses(websocket: WebSocket):
    await websocket.close()


server = BackgroundServer(app).start()
"""
ANA = 'ana = ClientPanel(server.url("/chat")).connect()\nana'
ROW = """
from ipywidgets import HBox, IntSlider

HBox([ClientPanel(server.url("/chat"), name).connect() for name in ("Ana", "Ben", "Eve")])
"""
CHAIN = "each => getComputedStyle(each, '::before').content"
BEN = 'ben = ClientPanel(server.url("/chat"), "Ben").connect()\nben'
# Both go on until the test has seen enough.
AWAITS = """
import asyncio, pathlib

print("started")
while not pathlib.Path("enough").exists():
    await asyncio.sleep(0.05)
"""
SLEEPS = """
import pathlib, time

print("started")
while not pathlib.Path("enough").exists():
    time.sleep(0.05)
"""
# Until somebody writes, the pipe does not open for reading. `PyDLL` keeps the interpreter's lock meanwhile:
# no other thread of the kernel runs, no click arrives.
STUCK = """
import ctypes, os, time

print("started")
while not os.path.exists("seen"):
    time.sleep(0.05)
os.mkfifo("stuck")
ctypes.PyDLL(None).open(b"stuck", os.O_RDONLY)
"""


@pytest.fixture(scope="module")
def chat(lab: JupyterLab) -> NotebookPage:
    """A notebook with a chat server, and Ana and Ben connected to it."""
    page = lab.open_cells(CHAT_SERVER, ANA, BEN, AWAITS, SLEEPS)
    for cell in range(3):
        page.run_cell(cell)
    page.panel("Ben").wait_for_state("open")
    return page


def test_what_ana_types_is_seen_by_ben(chat: NotebookPage) -> None:
    chat.panel("Ana").type_and_send("hello Ben")

    chat.panel("Ben").wait_for_row("hello Ben")


def test_the_keyboard_is_enough(chat: NotebookPage) -> None:
    ana, keys = chat.panel("Ana"), chat.page.keyboard
    ana.line.focus()
    keys.type("by keyboard")
    keys.press("Tab")
    keys.press("Enter")
    chat.panel("Ben").wait_for_row("by keyboard")

    # The field has the focus again; Send is next, then Disconnect.
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    ana.wait_for_state("closed · 1000 OK")
    keys.press("Enter")
    ana.wait_for_state("open")


def test_shift_and_enter_in_an_empty_line_lead_to_the_next_cell(chat: NotebookPage) -> None:
    ana, ben = chat.panel("Ana"), chat.panel("Ben")
    ana.type_and_send("and that is all")
    ben.wait_for_row("and that is all")
    ana.line.press("Shift+Enter")
    chat.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.activeCellIndex === 2")

    ana.type_and_send("no empty message came before")
    ben.wait_for_row("no empty message came before")
    assert ben.rows()[-2:] == ["and that is all", "no empty message came before"]


def test_the_focus_is_seen_on_its_way_through_a_panel(chat: NotebookPage) -> None:
    ana = chat.panel("Ana")
    ana.line.focus()

    walk_to(chat.page, "Disconnect")
    chat.page.keyboard.press("Space")
    ana.wait_for_state("closed · 1000 OK")
    chat.page.keyboard.press("Space")
    ana.wait_for_state("open")


@pytest.mark.parametrize("cell", [3, 4], ids=["awaits", "sleeps"])
def test_panels_are_live_while_a_cell_runs(chat: NotebookPage, cell: int) -> None:
    enough = chat.path.parent / "enough"
    enough.unlink(missing_ok=True)
    chat.start_cell(cell)
    try:
        chat.panel("Ana").type_and_send(f"during cell {cell}")
        chat.panel("Ben").wait_for_row(f"during cell {cell}")
        assert chat.cell_is_running()
    finally:
        enough.touch()
    chat.wait_for_cell()


def test_html_in_a_message_stays_text(chat: NotebookPage) -> None:
    chat.page.evaluate("() => { window.harmed = false; }")
    evil = "<img src=x onerror='window.harmed = true'><script>window.harmed = true</script>"
    chat.panel("Ana").type_and_send(evil)
    chat.panel("Ben").wait_for_row(evil)

    assert chat.panel("Ben").region.locator(".wsl-log img, .wsl-log script").count() == 0
    assert chat.page.evaluate("() => window.harmed") is False


def test_json_is_shown_as_it_crossed_and_formatted_at_a_click(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ANA)
    page.run_all()
    ana, message = page.panel("Ana"), r'{"data":"\ud800",  "n": 1}'
    for text in (message, "still alive"):
        ana.type_and_send(text)
    expect(ana.region.locator(".wsl-row", has_text="still alive")).to_have_count(2)
    assert ana.rows().count(message) == 2

    ana.press("Format the JSON in Ana's messages")
    assert ana.rows().count('{\n  "data": "\\ud800",\n  "n": 1\n}') == 2
    ana.press("Format the JSON in Ana's messages")
    assert ana.rows().count(message) == 2


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_a_burst_leaves_jupyterlab_responsive(chat: NotebookPage, count: int) -> None:
    ana = chat.panel("Ana")
    begin = time.perf_counter()
    ana.type_and_send(f"burst {count}")
    ana.wait_for_row(f"message {count - 1}", deadline=120)
    print(f"{count} messages until the last row was seen: {time.perf_counter() - begin:.2f} s")

    assert len(ana.rows()) == 500
    assert "earlier rows" in (ana.region.locator(".wsl-earlier").text_content() or "")
    assert chat.page.evaluate("() => new Promise(requestAnimationFrame)") > 0


def test_the_log_follows_only_a_reader_who_is_at_its_end(chat: NotebookPage) -> None:
    ana = chat.panel("Ana")
    log = ana.region.get_by_role("log")
    distance = "log => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight)"
    ana.type_and_send("burst 50")
    ana.wait_for_row("message 49")
    ana.type_and_send("at the end")
    ana.wait_for_row("at the end")
    assert log.evaluate(distance) < 2

    log.evaluate("log => new Promise(done => { log.onscroll = done; log.scrollTop = 0; })")
    ana.type_and_send("read on")
    ana.wait_for_row("read on")
    assert log.evaluate("log => log.scrollTop") == 0


def test_sending_without_a_connection_says_what_to_do(chat: NotebookPage) -> None:
    ana = chat.panel("Ana")
    ana.press("Disconnect")
    ana.wait_for_state("closed · 1000 OK")
    ana.type_and_send("anyone?")
    ana.wait_for_alert("press Connect first")

    assert ana.line.input_value() == "anyone?"
    ana.press("Connect")
    ana.wait_for_state("open")


def test_a_refused_handshake_is_told_in_words(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, 'ClientPanel(server.url("/refuses"), "Eve")')
    page.run_all()
    eve = page.panel("Eve")
    eve.press("Connect")
    eve.wait_for_state("refused · HTTP 403")
    eve.wait_for_alert("refused Eve's handshake")


def test_running_a_cell_again_replaces_its_panel(lab: JupyterLab) -> None:
    # Whoever has been announced is a member.
    count = 'ana.send("here")\nana.wait_for("here")\nprint(len(members))'
    page = lab.open_cells(CHAT_SERVER, ANA, count)
    page.run_all()
    page.run_all()

    assert page.errors() == []
    assert page.output(2).strip() == "1"


def test_after_a_restart_the_panel_says_what_to_do(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ANA)
    page.run_all()
    ana = page.panel("Ana")
    ana.wait_for_state("open")
    page.restart()
    ana.wait_for_alert("Run the cells above again")
    for part in (ana.line, *ana.region.get_by_role("button", name=re.compile("Send|Connect")).all()):
        expect(part).to_be_disabled()
    expect(ana.line).to_have_attribute("placeholder", "The kernel is gone")


def test_a_long_log_gives_its_output_no_second_scrollbar(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ROW)
    page.run_all()
    ana = page.panel("Ana")
    ana.type_and_send("burst 100")
    ana.wait_for_row("message 99")

    output = page.cell(1).locator(".jp-OutputArea-output")
    assert output.evaluate("output => output.scrollHeight - output.clientHeight") <= 0


def test_after_a_restart_a_row_of_panels_stays_a_row(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ROW)
    page.run_all()
    page.panel("Eve").wait_for_row("connected")
    panels = page.cell(1).locator(".wsl-panel")
    before = [panel.bounding_box() for panel in panels.all()]
    page.restart()
    page.panel("Eve").wait_for_state("kernel gone")

    assert [panel.bounding_box() for panel in panels.all()] == before
    assert len({box["y"] for box in before if box}) == 1


def test_after_a_restart_other_widgets_keep_their_broken_chain(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ROW, "IntSlider()")
    page.run_all()
    page.panel("Eve").wait_for_state("open")
    page.restart()
    page.panel("Eve").wait_for_state("kernel gone")
    slider = page.cell(2).locator(".widget-slider.jupyter-widgets-disconnected")

    assert slider.evaluate(CHAIN) != "none"
    broken = page.cell(1).locator(".jupyter-widgets-disconnected").all()
    assert {each.evaluate(CHAIN) for each in broken} == {"none"}


def test_a_panel_that_is_opened_again_does_not_say_that_nothing_has_crossed(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ANA)
    page.run_all()
    page.panel("Ana").wait_for_row("connected")
    page.save()
    page.shut_down()
    ana = lab.open(f"scratch/{page.path.name}").panel("Ana")

    ana.wait_for_state("kernel gone")
    expect(ana.region.get_by_role("log")).to_have_text("What stood here is gone with its kernel.")


def test_a_busy_kernel_that_cannot_hear_is_told_of(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ANA, STUCK)
    page.run_cell(0)
    page.run_cell(1)
    ana, stuck = page.panel("Ana"), page.path.parent / "stuck"
    ana.wait_for_state("open")
    page.start_cell(2)
    (page.path.parent / "seen").touch()
    wait_for(stuck.exists, 60, "The cell did not get stuck.")
    ana.type_and_send("hello?")
    ana.wait_for_alert("The kernel does not answer.")
    stuck.open("wb").close()
    page.wait_for_cell()
    ana.wait_for_row("hello?")


def test_a_saved_panel_reads_well_without_a_kernel(lab: JupyterLab) -> None:
    page = lab.open_cells(CHAT_SERVER, ANA)
    page.run_all()
    saved = page.content()["cells"][1]["outputs"][0]["data"]

    assert "Ana · ws://127.0.0.1" in "".join(saved["text/plain"])
    assert "run this cell again" in "".join(saved["text/html"])


def test_the_dark_theme_is_followed(chat: NotebookPage) -> None:
    chat.use_light_theme()
    card = chat.panel("Ana").region
    card.scroll_into_view_if_needed()
    colour = "card => getComputedStyle(card).backgroundColor"
    light = card.evaluate(colour)
    chat.use_dark_theme()

    assert card.evaluate(colour) != light
