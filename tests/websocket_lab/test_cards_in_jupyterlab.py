"""Hints, comparisons, solutions and progress in a real JupyterLab: for every eye, and on a narrow page."""

import pytest
from playwright.sync_api import Page, expect

from tests.jupyterlab import JupyterLab, NotebookPage


axe_playwright = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-core is not installed."
)

CARDS = """
from IPython.display import display
from websocket_lab import hint, progress, solution
from websocket_lab.display.card import Card
from websocket_lab.grading.code_diff import diff_table, rows
from websocket_lab.grading.progress_file import record_visit

record_visit("02_echo")
yours = "def shout(text):\\n    return text.title()\\n\\nx = 1"
theirs = "def shout(text):\\n    return text.upper()\\n"
compared = Card("", diff_table(rows(yours, theirs)), "Your code beside the solution", wide=True)
display(compared, solution("private_messages", force=True), hint("private_messages"), progress())
"""


@pytest.fixture(scope="module")
def cards(lab: JupyterLab) -> NotebookPage:
    page = lab.open_cells(CARDS)
    page.run_all()
    return page


def violations(page: Page) -> list[str]:
    found = axe_playwright.Axe().run(page, context={"include": [".wsl-card"]}).response["violations"]
    return [violation["help"] for violation in found]


def test_axe_finds_nothing_in_the_light_or_the_dark_theme(cards: NotebookPage) -> None:
    cards.use_light_theme()
    assert violations(cards.page) == []

    cards.use_dark_theme()
    assert violations(cards.page) == []


def test_where_it_is_narrow_one_column_tells_all(cards: NotebookPage) -> None:
    heading = cards.page.get_by_role("columnheader", name="The solution")
    cards.page.set_viewport_size({"width": 1280, "height": 1000})
    expect(heading).to_be_visible()

    cards.page.set_viewport_size({"width": 720, "height": 1000})
    expect(heading).to_be_hidden()
    expect(cards.page.locator(".wsl-diff code:visible", has_text="def shout")).to_have_count(1)
    expect(cards.page.locator(".wsl-diff code:visible", has_text="return text.")).to_have_count(2)


def test_progress_links_open_the_lesson(cards: NotebookPage) -> None:
    cards.page.set_viewport_size({"width": 1280, "height": 1000})
    cards.page.get_by_role("link", name="2 · Your first endpoint").click()

    expect(cards.page.get_by_role("tab", name="02_echo.ipynb")).to_be_visible()
