"""The wire in a real JupyterLab: it grows while cells run, and is pulled by a click."""

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import walk_to
from tests.jupyterlab import JupyterLab


axe_playwright = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-core is not installed."
)

START = """
from fastapi import FastAPI, WebSocket
from websocket_lab import BackgroundServer, LiveClient, WireTap

app = FastAPI()
members = set()

@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    members.add(websocket)
    async for text in websocket.iter_text():
        for member in list(members):
            await member.send_text(text)

server = BackgroundServer(app).start()
tap = WireTap(server).start()
tap.view()
"""
TALK = """
clients = [LiveClient(tap.url("/ws"), name, ping_interval=None).connect() for name in ("Ana", "Ben", "Eve")]
clients[0].send("Hello <b>everyone</b>")
clients[0].receive()
"""
BUTTONS = 'tap.buttons("Ana")'
FRAME = "tap.frames()[0].explain()"
HANDSHAKE = """
from websocket_lab import show_handshake

show_handshake(tap.connections[0])
"""
MANY = """
for number in range(40):
    clients[0].send(f"Message {number}")
    clients[0].wait_for(f"Message {number}")
"""
STOP = """
for client in clients:
    client.vanish()
tap.stop()
server.stop()
"""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds fault with in what the cells show."""
    found = axe_playwright.Axe().run(page, context={"include": [".wsl"]}).response["violations"]
    return [violation["help"] for violation in found]


def test_the_wire_is_live_can_be_pulled_and_can_be_read_by_all(lab: JupyterLab) -> None:
    page = lab.open_cells(
        START, TALK, BUTTONS, FRAME, HANDSHAKE, MANY, STOP, viewport={"width": 1280, "height": 2400}
    )
    for cell in range(5):
        page.run_cell(cell)
    wire = page.page.get_by_role("group", name="Everyone on the wire")
    wire.locator("title", has_text="Hello <b>everyone</b>").last.wait_for(state="attached")
    wire.get_by_text("The same as text").click()
    expect(wire.locator("pre")).to_contain_text('server → Eve text "Hello <b>everyone</b>"')
    assert wire.locator("b").count() == 0

    cable = page.page.get_by_role("group", name="Ana's cable")
    wire.locator("summary").focus()
    walk_to(page.page, "Pull the cable")
    page.page.keyboard.press("Space")
    cable.get_by_role("status").get_by_text("pulled: nothing passes").wait_for()
    wire.locator("text", has_text="cable pulled").wait_for()
    assert violations(page.page) == []
    page.page.keyboard.press("Enter")
    cable.get_by_role("status").get_by_text("plugged in").wait_for()

    page.use_dark_theme()
    assert violations(page.page) == []
    page.run_cell(5)
    wire.locator("text", has_text="Message 39").last.wait_for()
    assert wire.get_by_label("Diagram; the same as text below").evaluate("node => node.scrollTop") > 0
    page.run_cell(6)
    assert page.errors() == []
    page.use_light_theme()
