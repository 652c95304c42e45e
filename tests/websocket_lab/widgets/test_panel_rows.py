"""The rows of a panel's log."""

import json

from websocket_lab.client.client_log import LogEntry
from websocket_lab.widgets.panel_renderer import MOST_CHARACTERS, entries_after, row


def test_text_is_shown_as_it_is() -> None:
    shown = row(LogEntry("received", "<b>hi</b>"))

    assert (shown["kind"], shown["direction"], shown["text"]) == ("text", "received", "<b>hi</b>")


def test_json_is_shown_as_it_crossed() -> None:
    for message in ('{"action":"typing"}', json.dumps({"type": "message", "text": "long " * 20})):
        shown = row(LogEntry("sent", message))

        assert (shown["kind"], shown["text"]) == ("json", message)


def test_bytes_are_shown_as_hex_with_their_length() -> None:
    shown = row(LogEntry("received", b"\x00\xff"))

    assert (shown["kind"], shown["text"], shown["note"]) == ("bytes", "00 ff", "2 bytes")


def test_a_very_long_message_is_cut_and_says_so() -> None:
    shown = row(LogEntry("received", "x" * (MOST_CHARACTERS + 1_500)))

    assert len(shown["text"]) == MOST_CHARACTERS
    assert shown["note"] == "… 1,500 more characters"


def test_only_what_came_after_the_last_entry_is_new() -> None:
    log = [LogEntry("received", "same") for _ in range(3)]

    assert entries_after(log[1], log) == log[2:]


def test_all_is_new_when_the_last_entry_has_dropped_out() -> None:
    log = [LogEntry("received", "new")]

    assert entries_after(LogEntry("received", "dropped"), log) == log


def test_a_character_that_would_turn_the_text_round_is_shown_by_name() -> None:
    shown = row(LogEntry("received", "abc\u202edef\u2066"))

    assert shown["text"] == "abc⟨U+202E⟩def⟨U+2066⟩"
