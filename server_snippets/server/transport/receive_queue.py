"""What came from one client and waits for the app: a light `asyncio.Queue`."""

import asyncio
from typing import Generic, TypeVar


Item = TypeVar("Item")


class ReceiveQueue(Generic[Item]):
    """Items in the order of their coming; it takes the place of uvicorn's queue."""

    __slots__ = ("items", "_readers")

    def __init__(self) -> None:
        # The oldest first. There are never many of them: the protocol stops reading. A list, for an empty
        # deque takes 700 bytes, and an asyncio.Queue has four of them.
        self.items: list[Item] = []
        self._readers: list[asyncio.Future[None]] = []

    def empty(self) -> bool:
        """Return whether nothing waits."""
        return not self.items

    def is_awaited(self) -> bool:
        """Return whether nothing waits, and someone waits for that."""
        return bool(self._readers) and not self.items

    def put_nowait(self, item: Item) -> None:
        """Add an item, and wake whoever waits for one."""
        self.items.append(item)
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)

    async def get(self) -> Item:
        """Return the oldest item, as soon as there is one."""
        while not self.items:
            reader = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            try:
                await reader
            finally:
                self._readers.remove(reader)
        return self.items.pop(0)
