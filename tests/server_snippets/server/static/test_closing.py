"""The test page says how a connection ended, and why."""

import pytest
from playwright.sync_api import Page, expect
from websockets.frames import CLOSE_CODE_EXPLANATIONS

from tests.server_snippets.server.static.connection_card import ConnectionCard
from tests.server_snippets.server.static.page_module import evaluate
from websocket_lab import BackgroundServer


def test_a_code_and_a_reason_of_ones_own_reach_the_log(ana: ConnectionCard) -> None:
    ana.connect().unfold("Close with a code")
    expect(ana.state).to_have_text("open")
    ana.root.get_by_label("Code").fill("4321")
    ana.root.get_by_label("Reason").fill("tea time")
    ana.press("Close")

    expect(ana.ending).to_contain_text("Closed by this page: 4321 tea time.")
    expect(ana.root.locator(".code-name")).to_have_text("Private use")


@pytest.mark.parametrize("code", ["1001", "2999", "5000", "one", ""])
def test_a_code_that_a_page_may_not_use_is_explained(ana: ConnectionCard, code: str) -> None:
    ana.connect().unfold("Close with a code")
    ana.root.get_by_label("Code").fill(code)
    ana.press("Close")

    expect(ana.root).to_contain_text("A page may close with 1000, or with a code from 3000 to 4999.")
    expect(ana.state).to_have_text("open")


def test_a_reason_is_counted_in_bytes(page: Page) -> None:
    problem = "({ closeProblem }, [code, reason]) => closeProblem(code, reason)"

    assert evaluate(page, "close_codes.js", problem, ["1000", "é" * 61 + "e"]) == ""
    assert "124 bytes" in evaluate(page, "close_codes.js", problem, ["1000", "é" * 62])


def test_a_refused_handshake_says_how_little_a_page_is_told(ana: ConnectionCard) -> None:
    ana.choose("ws/{client_id}", client_id="abc").press("Connect")

    expect(ana.state).to_have_text("refused")
    expect(ana.ending).to_contain_text("Not opened: 1006")
    expect(ana.ending).to_contain_text("Network tab")


def test_a_server_that_stops_is_told_by_its_code(ana: ConnectionCard, server: BackgroundServer) -> None:
    ana.connect()
    server.stop()

    expect(ana.ending).to_contain_text("Closed by the server: 1012")
    ana.press("Connect")
    expect(ana.state).to_have_text("refused")


def test_the_protocols_close_codes_all_have_a_name(page: Page) -> None:
    known = evaluate(page, "close_codes.js", "({ CLOSE_CODES }) => [...CLOSE_CODES.keys()]")

    assert set(CLOSE_CODE_EXPLANATIONS) | {4000, 4001, 4009} <= set(known)


@pytest.mark.parametrize(("code", "name"), [(3500, "Registered"), (4999, "Private use"), (2000, "Unknown")])
def test_a_code_outside_the_table_is_named_by_its_range(page: Page, code: int, name: str) -> None:
    assert evaluate(page, "close_codes.js", "({ closeCode }, code) => closeCode(code).name", code) == name
