"""The test page holds several connections, each with its log."""

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.server_snippets.server.static.connection_card import ConnectionCard, add_card
from websocket_lab import BackgroundServer, LiveClient


def test_a_removed_connection_is_closed(page: Page, ana: ConnectionCard, server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/7"), "Eve") as eve:
        ana.choose("ws/{client_id}").press("Connect")
        eve.wait_for("Client 1 joined")
        add_card(page, "Ben")
        ana.root.get_by_role("button", name="Remove Ana").click()

        assert eve.receive() == "Client 1 left"
    expect(page.locator("#totals")).to_contain_text("1 connection ·")


def test_a_new_connection_goes_where_the_newest_one_goes(page: Page, ana: ConnectionCard) -> None:
    ana.choose("ws/chat")
    ben = add_card(page, "Ben")

    expect(ben.address).to_contain_text("/ws/chat/lobby/ben")


def test_a_card_is_called_as_the_username_says(page: Page, ana: ConnectionCard) -> None:
    ana.choose("ws/chat", username="cleo")

    cleo = ConnectionCard(page, "cleo")
    expect(cleo.root.locator(".initial")).to_have_text("C")
    expect(cleo.root.get_by_role("log", name="cleo’s log")).to_be_visible()
    cleo.root.get_by_label("Username").fill("ana")
    expect(ana.root).to_be_visible()


def test_elsewhere_than_in_the_chat_a_card_is_called_as_at_first(ana: ConnectionCard, page: Page) -> None:
    ana.choose("ws/chat", username="cleo")
    ConnectionCard(page, "cleo").choose("ws/json")

    expect(ana.root).to_be_visible()


def test_the_totals_count_all_connections(page: Page, ana: ConnectionCard) -> None:
    ana.connect().send("one")
    add_card(page, "Ben").connect().send("two")

    expect(page.locator("#totals")).to_have_text("2 connections · 2 open · 2 sent · 2 received")


def test_a_flood_leaves_the_newest_rows_and_says_so(page: Page, ana: ConnectionCard) -> None:
    page.route_web_socket("**/ws", lambda socket: flood(socket, 1_200))
    ana.connect().send("go")

    expect(ana.rows("received").last).to_have_text("message 1199")
    expect(ana.log.locator(".row")).to_have_count(500)
    expect(ana.root).to_contain_text("The newest 500 rows are kept; 703 older rows went.")


def flood(socket: WebSocketRoute, count: int) -> None:
    """Answer a message with `count` messages."""
    socket.on_message(lambda _: [socket.send(f"message {number}") for number in range(count)])


def test_the_log_is_copied_and_cleared(page: Page, ana: ConnectionCard) -> None:
    ana.connect().send("Hello")
    expect(ana.rows("received")).to_have_count(1)
    ana.press("Copy log").press("Clear log")

    expect(ana.log.locator(".row")).to_have_count(0)
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[2].endswith("→ sent     Hello")
    assert copied[3].endswith("← received Echo: Hello")


def test_the_console_code_holds_the_same_conversation(page: Page, ana: ConnectionCard) -> None:
    ana.unfold("The same in the browser").message.fill("Hello")
    ana.press("Copy the code")

    code = page.evaluate("navigator.clipboard.readText()")
    with page.expect_console_message(lambda message: message.text == "received Echo: Hello"):
        page.evaluate(f"() => {{ {code} }}")
