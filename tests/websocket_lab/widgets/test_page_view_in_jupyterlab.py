"""The server's own test page inside the notebook, where Jupyter runs here and where it runs elsewhere."""

import re
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Route, expect

from tests.jupyterlab import JupyterLab, NotebookPage
from tests.server_snippets.server.static.connection_card import ConnectionCard


START = """
from server_snippets.main import make_app
from websocket_lab import BackgroundServer, PageView

server = BackgroundServer(make_app()).start()
"""
SHOW = "PageView(server)"
STOP = "view = PageView(server); server.stop(); view"
# The page's own address, unlike JupyterLab's, has no path.
DIRECT = re.compile(r"http://127\.0\.0\.1:\d+/$")


@pytest.fixture
def remote_lab(lab: JupyterLab) -> JupyterLab:
    """The same JupyterLab under a name that is not this machine's, as the browser sees it."""
    elsewhere = lab.url.replace("127.0.0.1", "elsewhere.localhost")
    return JupyterLab(lab.root, elsewhere, lab.token, lab.browser)


def shown(page: NotebookPage, *cells: int) -> FrameLocator:
    for cell in cells or (0, 1):
        page.run_cell(cell)
    return page.page.frame_locator('iframe[title="Test page"]')


def says_hello(frame: FrameLocator) -> ConnectionCard:
    ana = ConnectionCard(frame).connect().send("Hello")
    expect(ana.rows("received")).to_have_text(["Echo: Hello"])
    return ana


def fulfil(route: Route, answer: dict[str, Any] | None) -> None:
    route.fulfill(**answer) if answer else route.abort()


def address(page: NotebookPage) -> str:
    link = page.page.get_by_role("link", name="Open in a new tab")
    assert link.get_attribute("href") == page.page.locator(".wsl-page-address").inner_text()
    return link.get_attribute("href")


def test_on_this_machine_the_page_comes_from_the_server_itself(lab: JupyterLab) -> None:
    page = lab.open_cells(START, SHOW)
    says_hello(shown(page))

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address(page))


def test_elsewhere_the_page_comes_through_jupyter_which_loses_close_codes(remote_lab: JupyterLab) -> None:
    page = remote_lab.open_cells(START, SHOW)
    ana = says_hello(shown(page))
    assert re.fullmatch(rf"{remote_lab.url}/proxy/\d+/", address(page))

    ana.press("Disconnect")
    ana.choose("ws/auth", token="wrong").press("Connect")
    expect(ana.ending).to_contain_text("1005")


def test_at_the_near_end_of_a_tunnel_the_page_comes_through_jupyter(lab: JupyterLab) -> None:
    page = lab.open_cells(START, SHOW)
    page.page.route(DIRECT, lambda route: route.abort())
    says_hello(shown(page))

    assert re.fullmatch(rf"{lab.url}/proxy/\d+/", address(page))


def test_without_the_proxy_it_says_what_to_install(remote_lab: JupyterLab) -> None:
    page = remote_lab.open_cells(START, SHOW)
    page.page.route("**/proxy/**", lambda route: route.fulfill(status=404))
    shown(page)

    page.page.get_by_role("status").filter(has_text="jupyter-server-proxy is missing there").wait_for()


def test_a_server_that_has_stopped_is_missed(lab: JupyterLab) -> None:
    page = lab.open_cells(START, STOP)
    shown(page)

    page.page.get_by_role("status").filter(has_text="Is its server running?").wait_for()


def test_a_server_that_stops_while_its_page_loads_is_missed(lab: JupyterLab) -> None:
    page = lab.open_cells(START, SHOW)
    # The first request asks whether there is a page, the second is the frame's.
    answers = iter([{"status": 200, "body": "here"}, None])
    page.page.route(DIRECT, lambda route: fulfil(route, next(answers, None)))
    shown(page)

    page.page.get_by_role("status").filter(has_text="Is its server running?").wait_for()
    assert not page.page.locator(".wsl-page-box").is_visible()


def test_the_connection_lives_on_while_the_page_is_scrolled_out_of_sight(lab: JupyterLab) -> None:
    page = lab.open_cells(START, SHOW, *[f"print('\\n' * 40, {number})" for number in range(20)])
    page.run_all()
    page.cell(1)
    ana = says_hello(shown(page, 1))
    page.cell(21)
    page.cell(1)

    expect(ana.state).to_have_text("open")


def test_the_page_is_as_dark_as_jupyterlab(lab: JupyterLab) -> None:
    # The reader's system is light, as Playwright tells every page.
    page = lab.open_cells(START, SHOW)
    page.use_light_theme()
    frame = shown(page)
    ana = says_hello(frame)
    expect(frame.locator("body")).to_have_css("background-color", "rgb(244, 246, 248)")

    page.use_dark_theme()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(15, 20, 25)")
    # It was not loaded again.
    expect(ana.state).to_have_text("open")
    page.use_light_theme()
