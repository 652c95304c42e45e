"""A feed that breaks on purpose: it cuts, says goodbye, refuses and is away, as a script tells it."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from websocket_lab.checking.event import Event, shown
from websocket_lab.tap.sequence_diagram import Arrow, Kind


CLIENT = "your client"
# Whoever waits so often in one scene goes round in circles: it may rest.
TOO_OFTEN = 60
GOODBYE_SECONDS = 0.5
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


@dataclass(frozen=True)
class Refusal:
    """The server answers the handshake with an HTTP status; with 0 it cuts the connection instead."""

    status: int = 503


@dataclass(frozen=True)
class Visit:
    """The server accepts, sends what was missed of the first `upto` events, and ends the connection.

    Args:
        upto: How many events have happened by then.
        close_code: With which code it closes; 0: it cuts; None: it waits until the client leaves.
        overlap: How many events it sends once more, to be on the safe side.
        away: For how many of the client's waits nothing answers afterwards.
    """

    upto: int
    close_code: int | None = None
    overlap: int = 0
    away: int = 0


class FeedServer:
    """One server, and the clock that the client waits by.

    Args:
        events: What happens on the feed, with ids that grow.
        acts: What the server does at each attempt to connect; after the last it does that again.
    """

    def __init__(self, events: Sequence[Event], acts: Sequence[Refusal | Visit]) -> None:
        self.events = events
        self.arrows: list[Arrow] = []
        self.asked: list[str] = []
        self.moments: list[str] = []
        self.waits: list[float] = []
        self.close_codes: list[int | None] = []
        self.wakes = asyncio.Event()
        self.wakes.set()
        self._acts = deque(acts)
        self._now: dict[ServerConnection, Visit] = {}
        self._away = 0
        self._port = 0
        self._server: Server

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        await self._listen()
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        """End all connections, and stop listening."""
        self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where the feed is."""
        return f"ws://127.0.0.1:{self._port}/feed"

    async def sleep(self, seconds: float) -> None:
        """Note that the client waits; no time passes."""
        self.waits.append(seconds)
        self.moments.append("wait")
        self._draw(True, f"(waits {seconds:.2f} s)", Kind.FAULT)
        await self.wakes.wait()
        await self._come_back()
        await asyncio.sleep(0 if len(self.waits) < TOO_OFTEN else 60)

    async def _listen(self) -> None:
        self._server = await serve(
            self._visit,
            "127.0.0.1",
            self._port,
            process_request=self._receive,
            compression=None,
            ping_interval=None,
            logger=QUIET,
        )

    async def _come_back(self) -> None:
        if self._away:
            self._away -= 1
            if not self._away:
                await self._listen()

    def _receive(self, connection: ServerConnection, request: Request) -> Response | None:
        act = self._acts.popleft() if len(self._acts) > 1 else self._acts[0]
        self.moments.append("attempt")
        self.asked.append(parse_qs(urlsplit(request.path).query).get("after", [""])[0])
        self._draw(True, f"GET {request.path}", Kind.HTTP)
        if isinstance(act, Visit):
            self._now[connection] = act
            return None
        return self._refuse(connection, act.status)

    def _refuse(self, connection: ServerConnection, status: int) -> Response | None:
        self._draw(False, f"HTTP {status}" if status else "cuts the connection", Kind.FAULT)
        if status:
            return connection.respond(status, "Come back later.\n")
        connection.transport.abort()
        return None

    async def _visit(self, connection: ServerConnection) -> None:
        act = self._now.pop(connection)
        for event in self._missed(act, self.asked[-1]):
            await connection.send(json.dumps(event))
            self._draw(False, shown(event), Kind.TEXT)
        if act.away:
            self._away = act.away
            self._server.close(close_connections=False)
        await self._end(connection, act.close_code)

    def _missed(self, act: Visit, after: str) -> Sequence[Event]:
        last = int(after) if after.isdecimal() else 0
        seen = sum(event["id"] <= last for event in self.events)
        return self.events[max(0, seen - act.overlap) : act.upto]

    async def _end(self, connection: ServerConnection, close_code: int | None) -> None:
        if close_code is None:
            await connection.wait_closed()
            self.close_codes.append(connection.close_code)
            self._draw(True, f"close {connection.close_code}", Kind.CLOSE)
        elif close_code:
            self._draw(False, f"close {close_code}", Kind.CLOSE)
            await connection.close(close_code)
        else:
            self._draw(False, "cuts the connection", Kind.FAULT)
            connection.transport.abort()

    def _draw(self, to_server: bool, label: str, kind: Kind) -> None:
        self.arrows.append(Arrow(CLIENT, to_server, label, kind))
