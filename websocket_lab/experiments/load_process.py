"""A crowd of clients in a process of its own; `websocket_lab.experiments.load` starts it by this file's path.

It imports nothing of the course, so it starts at once. When all are connected, it says so and takes orders.
"""

import asyncio
import json
import random
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from secrets import token_bytes
from struct import pack
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlsplit


AT_ONCE = 20
LETTERS = "eeeeaaaooiinnttssrrhlldu   "
DEADLINE = 20.0
# As browsers offer it.
OFFER = "permessage-deflate; client_max_window_bits"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def client_frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame from a client; a mask of zeros leaves its payload as it is (RFC 6455, 5.3)."""
    size = len(payload)
    # 126 and 127 say that the length follows, in two or in eight bytes.
    form, short = ("!BB4x", size) if size < 126 else ("!BBH4x", 126) if size < 65536 else ("!BBQ4x", 127)
    return pack(form, 0x80 | opcode, 0x80 | short, *([size] if short > 125 else [])) + payload


class Listener(asyncio.Protocol):
    """One client: it counts the messages that it receives, and does not look into them."""

    def __init__(self, on_messages: Callable[[int], None]) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[str] = loop.create_future()
        self.closed: asyncio.Future[str] = loop.create_future()
        self.on_messages = on_messages
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Note how the connection ended."""
        self._end(f"a connection broke: {error}" if error else "a connection was closed")

    def data_received(self, data: bytes) -> None:
        """Count the messages in what came."""
        data = self._rest + data if self._rest else data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return

            self.opened.set_result(head.partition(b"\r\n")[0].decode("latin-1"))
        self._count(data)

    def send(self, *texts: str) -> None:
        """Send texts in one go."""
        self.transport.write(b"".join(client_frame(TEXT, text.encode()) for text in texts))

    def _count(self, data: bytes) -> None:
        messages = start = 0
        while (bounds := payload_bounds(data, start))[1] <= len(data):
            messages += data[start] & 15 == TEXT
            self._answer(data[start] & 15, data[slice(*bounds)])
            start = bounds[1]
        self._rest = data[start:]
        if messages:
            self.on_messages(messages)

    def _answer(self, opcode: int, payload: bytes) -> None:
        if opcode in (PING, CLOSE):
            self.transport.write(client_frame(PONG if opcode == PING else CLOSE, payload))
        if opcode == CLOSE:
            self._end(f"the server closed a connection with {int.from_bytes(payload[:2], 'big')}")

    def _end(self, how: str) -> None:
        for future in (self.opened, self.closed):
            if not future.done():
                future.set_result(how)


def payload_bounds(data: bytes, start: int) -> tuple[int, int]:
    """Return where the payload of the frame at `start` begins and ends; the end may lie outside `data`."""
    size = data[start + 1] & 127 if start + 1 < len(data) else len(data)
    begin = start + 2
    if size >= 126:
        begin += 2 if size == 126 else 8
        size = int.from_bytes(data[start + 2 : begin], "big") if begin <= len(data) else len(data)
    return begin, begin + size


class Crowd:
    """So many listeners; the first of them speaks, and all are to receive it."""

    def __init__(self, url: str, compression: bool) -> None:
        self._address = urlsplit(url)
        self._target = url.partition(self._address.netloc)[2]
        self._offer = f"Sec-WebSocket-Extensions: {OFFER}\r\n" if compression else ""
        self.listeners: list[Listener] = []
        # Of all messages that should have come by now; what comes twice makes it negative.
        self._missing = 0
        self._all_came = asyncio.Event()

    async def connect(self, size: int, greeting: str, answers: int) -> None:
        """Connect `size` listeners; each sends `greeting`, if there is one, and waits for the answers."""
        for start in range(0, size, AT_ONCE):
            few = [self._open() for _ in range(start, min(start + AT_ONCE, size))]
            self.listeners += await asyncio.gather(*few)
            self._missing += len(few) * answers
            for listener in self.listeners[start:] if greeting else ():
                listener.send(greeting)
            await self._until_all_came()

    async def speak(self, in_flight: int, seconds: float, form: str, size: int) -> dict[str, Any]:
        """Say things, the next when all have received the last, for so long; return what that came to."""
        start, deliveries, lasted = perf_counter(), 0, 0.0
        while lasted < seconds:
            self._missing += in_flight * len(self.listeners)
            self.listeners[0].send(*[form.replace("TEXT", babble(size)) for _ in range(in_flight)])
            await self._until_all_came()
            deliveries += in_flight * len(self.listeners)
            lasted = perf_counter() - start
        return {"deliveries": deliveries, "seconds": lasted}

    async def _open(self) -> Listener:
        loop = asyncio.get_running_loop()
        host, port = str(self._address.hostname), int(self._address.port or 80)
        _, listener = await loop.create_connection(lambda: Listener(self._heard), host, port)
        listener.transport.write(self._request())
        async with asyncio.timeout(DEADLINE):
            answer = await listener.opened
        if " 101 " not in answer:
            raise ConnectionError(f"A client could not connect: {answer}")
        listener.closed.add_done_callback(lambda _: self._all_came.set())
        return listener

    def _request(self) -> bytes:
        return (
            f"GET {self._target} HTTP/1.1\r\nHost: {self._address.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {b64encode(token_bytes(16)).decode()}\r\n"
            f"Sec-WebSocket-Version: 13\r\n{self._offer}\r\n"
        ).encode()

    def _heard(self, messages: int) -> None:
        self._missing -= messages
        if self._missing <= 0:
            self._all_came.set()

    async def _until_all_came(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DEADLINE):
                while self._missing > 0 and not self._ends():
                    self._all_came.clear()
                    await self._all_came.wait()
        if self._missing:
            raise ConnectionError(self._complaint())

    def _ends(self) -> set[str]:
        return {listener.closed.result() for listener in self.listeners if listener.closed.done()}

    def _complaint(self) -> str:
        wrong = "did not come" if self._missing > 0 else "came twice"
        return f"{abs(self._missing):,} messages {wrong}; {'; '.join(sorted(self._ends())) or 'nobody left'}"


def babble(size: int) -> str:
    """Return text of this size that compresses about as people's talk does, and is never the same."""
    return "".join(random.choices(LETTERS, k=size))


async def main() -> None:
    """Connect a crowd, then do what each line of the input asks."""
    url, compression, size, greeting, answers = json.loads(sys.argv[1])
    crowd = Crowd(url, compression)
    try:
        await crowd.connect(size, greeting, answers)
        print(json.dumps({"connected": size}), flush=True)
        # In a thread: whoever waits here still answers pings.
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await crowd.speak(**json.loads(line))), flush=True)
    except OSError as error:
        print(json.dumps({"error": str(error)}), flush=True)


if __name__ == "__main__":
    fast_loop = import_module("uvloop").new_event_loop if find_spec("uvloop") else None
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(main())
