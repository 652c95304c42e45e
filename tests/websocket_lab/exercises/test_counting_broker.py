"""The broker of a check carries texts between its lines, in order, and counts subscriptions."""

import asyncio

import pytest

from websocket_lab.exercises.scale_out.harness import BrokerLine, wait_until


async def heard(listener: BrokerLine, speaker: BrokerLine, *texts: str) -> list[str]:
    """Return what a listener to "lobby" receives until the end is published."""
    came: list[str] = []
    is_over = asyncio.Event()

    async def deliver(_: str, text: str) -> None:
        came.append(text)
        if text == "end":
            is_over.set()

    await listener.subscribe("lobby", deliver)
    await speaker.publish("elsewhere", "unheard")
    for text in (*texts, "end"):
        await speaker.publish("lobby", text)
    await asyncio.wait_for(is_over.wait(), 5)
    return came


def test_connected_lines_hear_each_other_in_order() -> None:
    line = BrokerLine()

    assert asyncio.run(heard(BrokerLine(line), line, "1", "2", "3")) == ["1", "2", "3", "end"]


def test_a_line_hears_what_it_publishes_itself() -> None:
    line = BrokerLine()

    assert asyncio.run(heard(line, line, "1")) == ["1", "end"]


def test_lines_that_are_not_connected_hear_nothing_of_each_other() -> None:
    async def two_brokers() -> list[str]:
        line, other = BrokerLine(), BrokerLine()
        both = await asyncio.gather(heard(line, line), heard(other, other))
        return [text for came in both for text in came]

    assert asyncio.run(two_brokers()) == ["end", "end"]


def test_each_line_counts_its_own_subscriptions() -> None:
    async def counts() -> list[int]:
        line, other = (first := BrokerLine()), BrokerLine(first)
        kept = [await line.subscribe("lobby", asyncio.sleep) for _ in range(2)]
        await line.unsubscribe(kept[0])
        return [line.count(), other.count()]

    assert asyncio.run(counts()) == [1, 0]


def test_one_can_wait_until_all_is_delivered() -> None:
    came: list[str] = []

    async def deliver(_: str, text: str) -> None:
        await asyncio.sleep(0.05)
        came.append(text)

    async def publish_and_wait() -> None:
        line = BrokerLine()
        await line.subscribe("lobby", deliver)
        await line.publish("lobby", "hello")
        assert not line.is_idle
        await asyncio.to_thread(wait_until, lambda: line.is_idle)
        assert came == ["hello"]

    asyncio.run(publish_and_wait())


def test_a_text_that_the_broker_has_not_yet_passed_on_is_on_the_way() -> None:
    async def publish() -> list[bool]:
        line = BrokerLine()
        publishing = asyncio.create_task(line.publish("lobby", "hello"))
        await asyncio.sleep(0)
        began = line.is_idle
        await publishing
        return [began, line.is_idle]

    assert asyncio.run(publish()) == [False, True]


def test_only_texts_are_carried() -> None:
    with pytest.raises(TypeError, match="json.dumps"):
        asyncio.run(BrokerLine().publish("lobby", {"type": "message"}))
