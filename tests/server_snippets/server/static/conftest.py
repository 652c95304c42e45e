"""The whole server, and its test page in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server_snippets.main import make_app
from tests.jupyterlab import chromium
from tests.server_snippets.server.static.connection_card import ConnectionCard
from tests.server_snippets.server.static.page_faults import page_faults
from websocket_lab import BackgroundServer


DEADLINE = 30_000


# Not for the whole run: as long as Playwright is open, no other test can call asyncio.run().
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=DEADLINE)
    with chromium() as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app()) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: BackgroundServer) -> Iterator[Page]:
    """The test page on a desktop; at the end nothing may have gone wrong behind it."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        faults = page_faults(page)
        page.goto(server.http_url("/"))
        yield page
        assert faults == []


@pytest.fixture
def ana(page: Page) -> ConnectionCard:
    return ConnectionCard(page)
