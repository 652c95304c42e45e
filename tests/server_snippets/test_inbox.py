"""The inbox gives everything once and in order, as asyncio's queue does, whoever waits and gives up."""

import asyncio
import random

from server_snippets.server.transport.receive_queue import Inbox


def test_everything_comes_once_and_in_order() -> None:
    async def story() -> list[int]:
        inbox: Inbox[int] = Inbox()
        got: list[int] = []
        dice, put = random.Random(1), 0
        while put < 1000 or not inbox.empty():
            for _ in range(dice.randrange(4) if put < 1000 else 0):
                inbox.put_nowait(put)
                put += 1
            for _ in range(min(inbox.qsize(), dice.randrange(1, 4))):
                got.append(await inbox.get())
        assert got == list(range(put))
        return got

    assert len(asyncio.run(story())) >= 1000


def test_who_waits_is_woken() -> None:
    async def story() -> str:
        inbox: Inbox[str] = Inbox()
        waiting = asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        inbox.put_nowait("hi")
        async with asyncio.timeout(60):
            return await waiting

    assert asyncio.run(story()) == "hi"


def test_who_gave_up_waiting_takes_nothing() -> None:
    async def story() -> tuple[str, int]:
        inbox: Inbox[str] = Inbox()
        impatient, patient = asyncio.create_task(inbox.get()), asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        inbox.put_nowait("hi")
        impatient.cancel()
        async with asyncio.timeout(60):
            return await patient, len(inbox._readers)

    assert asyncio.run(story()) == ("hi", 0)


def test_two_readers_share_what_comes() -> None:
    async def story() -> set[str]:
        inbox: Inbox[str] = Inbox()
        readers = [asyncio.create_task(inbox.get()) for _ in range(2)]
        await asyncio.sleep(0)
        inbox.put_nowait("one")
        inbox.put_nowait("two")
        async with asyncio.timeout(60):
            return set(await asyncio.gather(*readers))

    assert asyncio.run(story()) == {"one", "two"}


def test_it_is_awaited_only_while_nothing_is_there() -> None:
    async def story() -> list[bool]:
        inbox: Inbox[str] = Inbox()
        looks = [inbox.is_awaited()]
        waiting = asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        looks.append(inbox.is_awaited())
        inbox.put_nowait("hi")
        looks.append(inbox.is_awaited())
        await waiting
        return [*looks, inbox.is_awaited()]

    assert asyncio.run(story()) == [False, True, False, False]
