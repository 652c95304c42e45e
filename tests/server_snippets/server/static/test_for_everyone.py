"""The test page is for everyone: by keyboard, on a phone, enlarged, in the dark, read aloud."""

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import violations
from tests.server_snippets.server.static.connection_card import ConnectionCard, add_card


def test_the_keyboard_alone_connects_sends_and_closes(page: Page, ana: ConnectionCard) -> None:
    walk_to(page, "Connect")
    page.keyboard.press("Enter")
    expect(ana.state).to_have_text("open")
    walk_to(page, "message")
    page.keyboard.type("Tea?")
    page.keyboard.press("Enter")
    expect(ana.rows("received")).to_have_text(["Echo: Tea?"])
    walk_to(page, "Close with a code and a reason")
    page.keyboard.press("Enter")
    walk_to(page, "Close")
    page.keyboard.press("Enter")
    expect(ana.state).to_have_text("closed")


def walk_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the element of this name or text, and is seen to be there."""
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if name in (focused.get_attribute("name"), focused.inner_text()):
            assert focused.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"
            return focused.select_text() if name == "message" else None
    pytest.fail(f"Tab does not lead to {name!r}.")


def test_escape_folds_what_is_unfolded_and_keeps_the_focus_near(page: Page, ana: ConnectionCard) -> None:
    ana.unfold("Close with a code")
    ana.root.get_by_label("Reason").press("Escape")

    expect(ana.root.get_by_label("Reason")).to_be_hidden()
    expect(page.locator(":focus")).to_have_text("Close with a code and a reason")


# 320: 1280 at 400 % zoom. 360: a phone. 640: 1280 at 200 % zoom.
@pytest.mark.parametrize("width", [320, 360, 640, 1280])
def test_nothing_scrolls_sideways(page: Page, ana: ConnectionCard, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    ana.choose("ws/auth").connect().send("w" * 390)
    expect(ana.rows("received")).to_have_count(2)
    page.locator("details").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
    add_card(page, "Ben")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert ana.log.evaluate("(log) => log.scrollWidth <= log.clientWidth")


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_is_as_dark_as_the_reader_wants_it(page: Page, scheme: str, dark: bool) -> None:
    page.emulate_media(color_scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = map(int, background.removeprefix("rgb(").removesuffix(")").split(","))

    assert (red + green + blue < 200) is dark


def test_nothing_moves_for_those_who_asked_for_that(page: Page, ana: ConnectionCard) -> None:
    page.emulate_media(reduced_motion="reduce")

    assert ana.state.evaluate("(badge) => getComputedStyle(badge).transitionDuration") == "0s"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(page: Page, ana: ConnectionCard, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []
    ana.connect().send("x" * 500).send('{"broken"', kind="JSON")
    expect(ana.rows("received")).to_have_count(2)
    add_card(page, "Ben").choose("ws/auth", token="wrong").press("Connect")
    eve = add_card(page, "Eve").choose("ws/{client_id}", client_id="abc").press("Connect")
    expect(eve.state).to_have_text("refused")
    page.locator("details").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
    assert violations(page) == []
