"""What came from one client and waits for the app: a light `asyncio.Queue`."""

import asyncio
from typing import Generic, TypeVar


Item = TypeVar("Item")


class ReceiveQueue(Generic[Item]):
    """Items in the order of their coming; it takes the place of uvicorn's queue."""

    # Lists, for an empty deque takes 700 bytes, and an asyncio.Queue has four of them.
    __slots__ = ("_came", "_next", "_readers")

    def __init__(self) -> None:
        self._came: list[Item] = []
        # The oldest last: so each is moved once.
        self._next: list[Item] = []
        self._readers: list[asyncio.Future[None]] = []

    def qsize(self) -> int:
        """Return how many wait."""
        return len(self._came) + len(self._next)

    def empty(self) -> bool:
        """Return whether nothing waits."""
        return not (self._came or self._next)

    def is_awaited(self) -> bool:
        """Return whether nothing waits, and someone waits for that."""
        return bool(self._readers) and self.empty()

    def put_nowait(self, item: Item) -> None:
        """Add an item, and wake whoever waits for one."""
        self._came.append(item)
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)

    async def get(self) -> Item:
        """Return the oldest item, as soon as there is one."""
        while not (self._came or self._next):
            reader = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            try:
                await reader
            finally:
                self._readers.remove(reader)
        if not self._next:
            self._next, self._came = self._came[::-1], []
        return self._next.pop()
