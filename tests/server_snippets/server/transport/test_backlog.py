"""What waits for a slow client is bounded, and the policy says what becomes of the rest."""

import pytest

from server_snippets.server.transport import backlog
from server_snippets.server.transport.backlog import Backlog, BacklogTotal, SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_MESSAGES", 3)
    monkeypatch.setattr(backlog, "MAX_BYTES", 10)


def fill(policy: SlowClients, *texts: str) -> tuple[list[bool], list[str]]:
    """Add texts; return what each `add` answered and what waits in the end."""
    waiting = Backlog(policy)
    answers = [waiting.add(EncodedMessage(text)) for text in texts]
    return answers, [message.text for message in waiting.take_all()]


@pytest.mark.parametrize("policy", SlowClients)
def test_what_fits_waits_in_order(policy: SlowClients) -> None:
    assert fill(policy, "a", "b", "c") == ([True, True, True], ["a", "b", "c"])


@pytest.mark.parametrize("texts", [("a", "b", "c", "d"), ("12345", "67890", "!"), ("ääääää",)])
def test_one_message_or_byte_too_much_asks_for_the_end(texts: tuple[str, ...]) -> None:
    answers, _ = fill(SlowClients.DISCONNECT, *texts)
    assert answers == [True] * (len(texts) - 1) + [False]


def test_the_oldest_make_room_until_it_fits() -> None:
    assert fill(SlowClients.DROP_OLDEST, "a", "b", "c", "d") == ([True] * 4, ["b", "c", "d"])
    assert fill(SlowClients.DROP_OLDEST, "12345", "6789", "123456") == ([True] * 3, ["6789", "123456"])


def test_the_newest_finds_no_room() -> None:
    assert fill(SlowClients.DROP_NEWEST, "a", "b", "c", "d") == ([True] * 4, ["a", "b", "c"])


@pytest.mark.parametrize("policy", [SlowClients.DROP_OLDEST, SlowClients.DROP_NEWEST])
def test_what_would_never_fit_is_dropped_alone(policy: SlowClients) -> None:
    assert fill(policy, "x" * 11)[1] == []


def test_room_is_counted_again_when_messages_leave() -> None:
    waiting = Backlog()
    for _ in range(5):
        assert waiting.add(EncodedMessage("1234567890"))
        assert waiting.pop().text == "1234567890"
    assert not waiting


def sharing(total: BacklogTotal, evicted: list[str], name: str) -> Backlog:
    """Return a backlog that counts in a total, and notes when it is given up."""
    waiting = Backlog()

    def evict() -> None:
        evicted.append(name)
        waiting.end()

    waiting.share(total, evict)
    return waiting


def test_over_the_total_the_longest_backlog_is_given_up_first() -> None:
    evicted: list[str] = []
    total = BacklogTotal(6 * EncodedMessage("1").memory)
    ana, ben, eve = [sharing(total, evicted, name) for name in ("ana", "ben", "eve")]
    for waiting, number in ((ana, 1), (eve, 3), (ben, 1)):
        for _ in range(number):
            waiting.add(EncodedMessage("1"))
    assert evicted == []
    ben.add(EncodedMessage("1"))

    assert evicted == ["eve"]
    for waiting in (ana, ben, eve):
        waiting.end()
    assert total.bytes == 0


def test_a_message_for_many_counts_once() -> None:
    total = BacklogTotal(0)
    ana, ben = [sharing(total, [], name) for name in ("ana", "ben")]
    message = EncodedMessage("x")
    for waiting in (ana, ben):
        waiting.add(message)

    assert message.memory < total.bytes < 2 * message.memory
    ana.end()
    assert total.bytes > message.memory
    ben.take_all()
    assert total.bytes == 0


def test_what_the_transport_holds_counts_too() -> None:
    total = BacklogTotal(0)
    ana = sharing(total, [], "ana")
    ana.note_buffer(1000)
    assert total.bytes == ana.weight == 1000
    ana.note_buffer(0)

    assert total.bytes == 0
