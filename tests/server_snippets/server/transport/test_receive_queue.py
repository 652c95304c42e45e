"""The receive queue gives everything once and in order, as asyncio's does, whoever waits and gives up."""

import asyncio
import random

from server_snippets.server.transport.receive_queue import ReceiveQueue


def test_everything_comes_once_and_in_order() -> None:
    async def story() -> list[int]:
        receive_queue: ReceiveQueue[int] = ReceiveQueue()
        got: list[int] = []
        dice, put = random.Random(1), 0
        while put < 1000 or receive_queue.items:
            for _ in range(dice.randrange(4) if put < 1000 else 0):
                receive_queue.put_nowait(put)
                put += 1
            for _ in range(min(len(receive_queue.items), dice.randrange(1, 4))):
                got.append(await receive_queue.get())
        assert got == list(range(put))
        return got

    assert len(asyncio.run(story())) >= 1000


def test_who_waits_is_woken() -> None:
    async def story() -> str:
        receive_queue: ReceiveQueue[str] = ReceiveQueue()
        waiting = asyncio.create_task(receive_queue.get())
        await asyncio.sleep(0)
        receive_queue.put_nowait("hi")
        async with asyncio.timeout(60):
            return await waiting

    assert asyncio.run(story()) == "hi"


def test_who_gave_up_waiting_takes_nothing() -> None:
    async def story() -> tuple[str, int]:
        receive_queue: ReceiveQueue[str] = ReceiveQueue()
        impatient, patient = (
            asyncio.create_task(receive_queue.get()),
            asyncio.create_task(receive_queue.get()),
        )
        await asyncio.sleep(0)
        receive_queue.put_nowait("hi")
        impatient.cancel()
        async with asyncio.timeout(60):
            return await patient, len(receive_queue._readers)

    assert asyncio.run(story()) == ("hi", 0)


def test_two_readers_share_what_comes() -> None:
    async def story() -> set[str]:
        receive_queue: ReceiveQueue[str] = ReceiveQueue()
        readers = [asyncio.create_task(receive_queue.get()) for _ in range(2)]
        await asyncio.sleep(0)
        receive_queue.put_nowait("one")
        receive_queue.put_nowait("two")
        async with asyncio.timeout(60):
            return set(await asyncio.gather(*readers))

    assert asyncio.run(story()) == {"one", "two"}


def test_it_is_awaited_only_while_nothing_is_there() -> None:
    async def story() -> list[bool]:
        receive_queue: ReceiveQueue[str] = ReceiveQueue()
        looks = [receive_queue.is_awaited()]
        waiting = asyncio.create_task(receive_queue.get())
        await asyncio.sleep(0)
        looks.append(receive_queue.is_awaited())
        receive_queue.put_nowait("hi")
        looks.append(receive_queue.is_awaited())
        await waiting
        return [*looks, receive_queue.is_awaited()]

    assert asyncio.run(story()) == [False, True, False, False]
