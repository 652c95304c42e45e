"""The test page finds its server wherever it is served."""

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page, expect

from server_snippets.main import make_app
from tests.server_snippets.server.static.connection_card import ConnectionCard
from tests.server_snippets.server.static.page_faults import page_faults
from tests.server_snippets.server.static.page_module import evaluate
from websocket_lab import BackgroundServer


@pytest.mark.parametrize(
    ("here", "base"),
    [
        ("http://127.0.0.1:8000/", "ws://127.0.0.1:8000/"),
        ("https://example.org/lab/?room=1#top", "wss://example.org/lab/"),
        ("http://127.0.0.1:8000/lab/index.html", "ws://127.0.0.1:8000/lab/"),
        ("https://ana:secret@hub.example/user/ana/proxy/8000/", "wss://hub.example/user/ana/proxy/8000/"),
    ],
)
def test_the_address_follows_from_the_pages_own(page: Page, here: str, base: str) -> None:
    assert evaluate(page, "address.js", "({ serverBase }, here) => serverBase(here).href", here) == base


def test_a_parameter_cannot_leave_its_place_in_the_address(page: Page, ana: ConnectionCard) -> None:
    ana.choose("ws/chat", room="a/b?c#d", username="é&=")

    expect(ConnectionCard(page, "é&=").address).to_contain_text("/ws/chat/a%2Fb%3Fc%23d/%C3%A9%26%3D")


def test_the_page_works_behind_a_prefix(browser: Browser) -> None:
    outer = FastAPI()
    outer.mount("/user/ana/proxy/8000", make_app())
    with BackgroundServer(outer) as server, browser.new_page() as page:
        faults = page_faults(page)
        page.goto(server.http_url("/user/ana/proxy/8000/"))
        ana = ConnectionCard(page).connect().send("Hello")

        expect(ana.rows("received")).to_have_text(["Echo: Hello"])
        expect(page.get_by_text("You look at this page through Jupyter’s proxy.")).to_be_visible()
        assert faults == []


def test_a_strict_policy_holds_and_types_are_not_guessed(page: Page, server: BackgroundServer) -> None:
    answers = [page.request.get(server.http_url(path)) for path in ("/", "/static/test_page.js")]
    policy = answers[0].headers["content-security-policy"]

    assert [answer.headers["x-content-type-options"] for answer in answers] == ["nosniff", "nosniff"]

    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy.split("; "))
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


def test_the_page_asks_its_own_server_only(page: Page, server: BackgroundServer) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.reload()

    assert len(addresses) > 5
    assert all(address.startswith(server.http_url("/")) for address in addresses)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_notebook_on_this_machine_may_frame_the_page(
    browser: Browser, server: BackgroundServer, host: str
) -> None:
    with BackgroundServer(framing(server)) as jupyter, browser.new_page() as page:
        page.goto(f"http://{host}:{jupyter.port}/")

        expect(
            page.frame_locator("iframe").get_by_role("heading", name="WebSocket test page")
        ).to_be_visible()


def test_a_page_from_elsewhere_may_not_frame_it(browser: Browser, server: BackgroundServer) -> None:
    with BackgroundServer(framing(server)) as elsewhere, browser.new_page() as page:
        page.route(
            "http://127.0.0.2:8888/",
            lambda route: route.fulfill(response=route.fetch(url=elsewhere.http_url("/"))),
        )
        page.goto("http://127.0.0.2:8888/")

        assert page.frames[1].url.startswith("chrome-error:")


def framing(server: BackgroundServer) -> FastAPI:
    """Return an app whose page frames the test page."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    async def frame() -> str:
        return f'<iframe src="{server.http_url("/")}" width="800" height="600"></iframe>'

    return app


def test_an_override_is_shown_by_name(page: Page) -> None:
    ana = ConnectionCard(page).connect().send("abc\u202edef")

    expect(ana.rows("received")).to_have_text(["Echo: abc⟨U+202E⟩def"])
