"""The test page talks to every endpoint, in every kind of message."""

import json

from playwright.sync_api import Page, expect

from tests.server_snippets.server.static.connection_card import ConnectionCard, add_card
from tests.server_snippets.server.static.page_module import evaluate


MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def test_text_goes_to_echo_and_back(ana: ConnectionCard) -> None:
    ana.connect().send("Hello")

    expect(ana.rows("sent")).to_have_text(["Hello"])
    expect(ana.rows("received")).to_have_text(["Echo: Hello"])


def test_bytes_are_written_and_read_as_hexadecimal_digits(ana: ConnectionCard) -> None:
    ana.connect().send("00 ff 0x7a", kind="Binary")

    expect(ana.rows("received")).to_have_text(["00 ff 7a"])
    expect(ana.log).to_contain_text("binary, 3 bytes")


def test_everyone_hears_everyone(page: Page, ana: ConnectionCard) -> None:
    ana.choose("ws/{client_id}").press("Connect")
    expect(ana.rows("received")).to_have_text(["Client 1 joined"])
    ben = add_card(page, "Ben").press("Connect")
    expect(ben.rows("received")).to_have_text(["Client 2 joined"])
    ben.send("Hi")

    expect(ana.rows("received")).to_have_text(["Client 1 joined", "Client 2 joined", "Client 2: Hi"])


def test_two_people_chat(page: Page, ana: ConnectionCard) -> None:
    ana.choose("ws/chat", room="tea", username="ana").connect()
    ben = add_card(page, "Ben").choose("ws/chat", room="tea", username="ben").press("Connect")
    expect(ben.rows("received").last).to_contain_text('"users":["ana","ben"]')
    ben.send('{"action": "message", "text": "hi"}', kind="JSON")

    expect(ana.rows("received").last).to_contain_text(
        '{"type":"message","room":"tea","from":"ben","text":"hi","id":'
    )


def test_the_right_token_is_welcomed_and_never_shown(ana: ConnectionCard) -> None:
    ana.choose("ws/auth").press("Connect")

    expect(ana.rows("received")).to_have_text(['{"type":"welcome"}'])
    expect(ana.root).not_to_contain_text("secret-token")
    ana.press("Show")
    expect(ana.address).to_contain_text("token=secret-token")


def test_a_wrong_token_ends_with_4001_and_its_meaning(ana: ConnectionCard) -> None:
    ana.choose("ws/auth", token="wrong").press("Connect")

    expect(ana.state).to_have_text("closed")
    expect(ana.ending).to_have_text(
        "Closed by the server: 4001 Invalid token. Ours: the token is missing or wrong."
    )


def test_the_examples_of_channels_subscribe_and_send(ana: ConnectionCard) -> None:
    ana.choose("ws/json").connect()
    for example in ("Subscribe", "Send to all"):
        ana.press(example).message.press("Enter")

    expect(ana.rows("received")).to_have_text(
        ['{"type":"subscribed","channel":"news"}', '{"type":"message","channel":"news","message":"Hello"}']
    )


def test_the_examples_of_tasks_start_one(ana: ConnectionCard) -> None:
    ana.choose("ws/tasks").connect()
    expect(ana.rows("received").first).to_contain_text('"type":"tasks"')
    ana.press("Start").message.press("Enter")

    expect(ana.rows("received").last).to_contain_text('"type":"finished"')


def test_every_ready_json_example_is_json_unless_it_says_not(page: Page) -> None:
    endpoints = evaluate(page, "endpoints.js", "({ ENDPOINTS }) => ENDPOINTS")
    examples = [example for endpoint in endpoints for example in endpoint["examples"]["json"]]

    assert {"Subscribe", "Start", "Message"} < {example["label"] for example in examples}
    assert [json.loads(each["text"]) for each in examples if each["label"] != "Not JSON"]


def test_broken_json_is_marked_and_can_be_sent_on_purpose(ana: ConnectionCard) -> None:
    ana.choose("ws/json").connect()
    ana.press("Not JSON")
    expect(ana.root).to_contain_text("Not valid JSON:")
    ana.press("Send anyway")

    expect(ana.rows("received").last).to_contain_text('"type":"error"')
    expect(ana.state).to_have_text("open")


def test_half_a_byte_is_not_sent(ana: ConnectionCard) -> None:
    ana.connect().send("48 6", kind="Binary")

    expect(ana.root).to_contain_text("one digit is left over")
    expect(ana.rows("sent")).to_have_count(0)


def test_sending_without_a_connection_says_what_to_do(ana: ConnectionCard) -> None:
    ana.send("Hello")

    expect(ana.root).to_contain_text("Not connected: press Connect first.")


def test_markup_in_a_message_stays_text(page: Page, ana: ConnectionCard) -> None:
    ana.connect().send(MARKUP)

    expect(ana.rows("received")).to_have_text([f"Echo: {MARKUP}"])
    expect(ana.log.locator("img, script")).to_have_count(0)
    expect(page).to_have_title("Test page · WebSocket Lab")


def test_a_long_message_is_folded_until_it_is_asked_for(ana: ConnectionCard) -> None:
    ana.connect().send("x" * 5_000)
    expect(ana.rows("received")).to_have_text([f"Echo: {'x' * 394} …"])
    ana.log.get_by_role("button", name="Show all").last.click()

    expect(ana.rows("received")).to_have_text([f"Echo: {'x' * 5_000}"])
