"""A guard before each connection: it counts, refuses, limits the rate, and logs how the connection ends."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import WebSocketDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..logs import address_of, log_connection, name_connection
from ..settings import Settings
from ..shutdown import Draining
from ..transport.backlog import Backlog, BacklogTotal
from ..transport.frame_writer import FrameWriter
from ..transport.open_connections import OpenConnections, most_from
from ..transport.protocol import EXTENSION, RATE_LIMITED, TOO_MANY, TOO_SLOW
from ..transport.rate_limit import RateLimit
from ..transport.traffic import Traffic


RETRY_AFTER_SECONDS = 3
TRY_AGAIN_LATER = 1013
GOODBYE_SECONDS = 1.0
REFUSALS_AT_ONCE = 16
# What stands for a close frame without a code, and for the end of TCP without a close frame.
NO_CODE, ABNORMAL = 1005, 1006
INCOMING = ("websocket.receive", RATE_LIMITED["type"])
RATE_LIMITED_ERROR = json.dumps(
    {"type": "error", "code": "rate_limited", "detail": "Too many messages: this one was not delivered."}
)


async def reject_for_now(reason: str, scope: Scope, send: Send) -> None:
    """Answer the handshake with HTTP 503: it costs little, and proxies and clients know that it will pass."""
    log_connection("refused", scope, status=503, reason=reason)
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})

    headers = [(b"content-type", b"text/plain"), (b"retry-after", str(RETRY_AFTER_SECONDS).encode())]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": reason.encode()})


async def close_at_once(reason: str, scope: Scope, send: Send) -> None:
    """Accept, then close with 1013: the person in front of a browser can do something about the reason."""
    log_connection("refused", scope, code=TRY_AGAIN_LATER, reason=reason)
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})


class GuardedConnection:
    """Stands between the server and the app for one client."""

    __slots__ = (
        "close_code",
        "was_accepted",
        "_accepted",
        "_is_counting",
        "_is_dropped",
        "_is_open",
        "_limit",
        "_max_bytes",
        "_receive",
        "_send",
        "_traffic",
        "_waiting",
    )

    def __init__(
        self,
        receive: Receive,
        send: Send,
        settings: Settings,
        traffic: Traffic,
        accepted: Callable[[], None],
    ) -> None:
        self._receive = receive
        self._send = send
        self._max_bytes = settings.max_message_bytes
        self._limit = RateLimit(settings.rate, traffic=traffic)
        self._traffic = traffic
        # How the connection ended, for the log; the first who closes decides.
        self.close_code = 0
        self.was_accepted = False
        self._accepted = accepted
        self._is_open = False
        self._is_dropped = False
        self._is_counting = True
        self._waiting: asyncio.Timeout | None = None

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Run the app; close with 1000 when it returns and with 1011 when it fails."""
        receive = self.receive
        if extension := scope.get("extensions", {}).get(EXTENSION):
            # The protocol counts every frame. It ends a slow client's connection itself, too, and a deadline
            # for each message would cost time.
            extension["limit_rate"](self._limit)
            self._is_counting = False
            receive = self._next
        scope["drop_client"] = self.drop
        try:
            await app(scope, receive, self.send)
        except WebSocketDisconnect:
            # The client left while something was being sent: that is a goodbye, not an error.
            await self._learn_end()
            return
        except Exception:
            await self._close(1011, "Internal error")
            raise

        await self._close(TOO_SLOW[0] if self._is_dropped else 1000)

    @property
    def refused(self) -> int:
        """How many messages were over the rate."""
        return self._limit.refused

    def drop(self) -> None:
        """Tell the app that this client has left, because it reads too slowly."""
        if self._is_dropped:
            return

        self._is_dropped = True
        if self._waiting:
            self._waiting.reschedule(0)

    async def send(self, message: Message) -> None:
        """Send for the app, and remember what that does to the connection."""
        if message["type"] == "websocket.send" and not self._is_open:
            # Starlette makes a WebSocketDisconnect of it.
            raise OSError("The connection is closed")

        if message["type"] == "websocket.send":
            self._traffic.answered += 1
        else:
            self._is_open = message["type"] == "websocket.accept"
            self._note_end(message)
            if self._is_open:
                self.was_accepted = True
                self._accepted()
        try:
            await self._send(message)
        except RuntimeError as error:
            # uvicorn has closed the connection itself, because the client broke the protocol.
            raise OSError("The connection is closed") from error

    async def receive(self) -> Message:
        """Return the next message that keeps the limits, or the end of the connection."""
        try:
            # No deadline, until drop() sets one.
            async with asyncio.timeout(0 if self._is_dropped else None) as self._waiting:
                return await self._next()
        except TimeoutError:
            code, reason = TOO_SLOW
            return {"type": "websocket.disconnect", "code": code, "reason": reason}
        finally:
            self._waiting = None

    async def _next(self) -> Message:
        while (message := await self._receive())["type"] in INCOMING:
            # A character takes four bytes at most, so a short text need not be encoded for this.
            payload = message.get("bytes") or message.get("text") or ""
            if message is RATE_LIMITED:
                waits = await self._refuse()
            elif 4 * len(payload) > self._max_bytes and size_of(payload) > self._max_bytes:
                return await self._end(1009, "Message too big")
            elif not self._is_counting or self._limit.admits():
                self._traffic.received += 1
                return message
            else:
                waits = await self._hold_back()
            if not waits:
                return await self._end(*TOO_MANY)

        if message["type"] == "websocket.disconnect":
            self._is_open = False
            self._note_end(message)
        return message

    async def _learn_end(self) -> None:
        """Read on to the end of the connection, whose code is for the log."""
        with suppress(OSError, RuntimeError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while not self.close_code:
                    if (message := await self._receive())["type"] == "websocket.disconnect":
                        self._note_end(message)

    def _note_end(self, message: Message) -> None:
        code = message.get("code", 0)
        if message["type"] == "websocket.disconnect" and code == NO_CODE and "reason" not in message:
            # This is how uvicorn reports that TCP has ended without a close frame.
            code = ABNORMAL
        self.close_code = self.close_code or code

    async def _hold_back(self) -> bool:
        """Refuse a message where the server does not count; return False if that goes on for too long."""
        if self._limit.is_exhausted or (self._limit.may_reply() and not await self._refuse()):
            return False
        if self._limit.refused % REFUSALS_AT_ONCE == 0:
            # uvicorn reads nothing meanwhile, so the client has to wait.
            await asyncio.sleep(self._limit.seconds_to_wait)
        return True

    async def _refuse(self) -> bool:
        """Tell the client that its message was refused; return False if it does not even read that."""
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._send({"type": "websocket.send", "text": RATE_LIMITED_ERROR})
        except TimeoutError:
            return False
        except OSError:
            # It has gone meanwhile: the next message says so.
            return True
        return True

    async def _end(self, code: int, reason: str) -> Message:
        await self._close(code, reason)
        return {"type": "websocket.disconnect", "code": code, "reason": reason}

    async def _close(self, code: int, reason: str = "") -> None:
        if not self._is_open:
            return

        self._is_open = False
        self.close_code = self.close_code or code
        # A client that reads nothing cannot be told.
        with suppress(OSError, RuntimeError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})


class ConnectionGuard:
    """ASGI middleware: gives each WebSocket connection a guard of its own, or refuses it."""

    def __init__(
        self, app: ASGIApp, settings: Settings, open_connections: OpenConnections, draining: Draining
    ) -> None:
        self._app = app
        self._settings = settings
        self._open = open_connections
        self._draining = draining
        self._backlogs = open_connections.traffic.backlogs = BacklogTotal(settings.max_backlog_bytes)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Run the app behind the guard; HTTP passes untouched."""
        if scope["type"] != "websocket":
            return self._app(scope, receive, send)
        name_connection(scope)
        if self._draining.has_begun:
            self._open.traffic.rejected["draining"] += 1
            return reject_for_now("Restarting", scope, send)
        if 0 < self._settings.max_connections <= self._open.total:
            self._open.traffic.rejected["too_many_connections"] += 1
            return reject_for_now("Too many connections", scope, send)
        address = address_of(scope)
        if 0 < most_from(address, self._settings.max_per_address) <= self._open.of(address):
            self._open.traffic.rejected["too_many_from_address"] += 1
            return close_at_once("Too many connections from your address", scope, send)
        return self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, address, traffic = time.monotonic(), address_of(scope), self._open.traffic

        def accepted() -> None:
            traffic.opened += 1
            log_connection("open", scope, open=self._open.count)

        scope["backlog_total"] = self._backlogs
        if extension := scope.get("extensions", {}).get(EXTENSION):
            # Also where the endpoint opens no send_queue: what the transport holds counts, too.
            writer: FrameWriter = extension["writer"]
            writer.backlog.share(self._backlogs, writer.give_up)
        guard = GuardedConnection(receive, send, self._settings, traffic, accepted)
        self._open.add(address)
        try:
            await guard.run(self._app, scope)
        finally:
            self._open.remove(address)
            # Else the scope and the guard hold each other until the next garbage collection.
            scope.pop("drop_client", None)
            backlog: Backlog | None = scope.pop("backlog", None)
            if guard.was_accepted:
                seconds, rest = round(time.monotonic() - start, 3), self._open.count
                # Without a code, the connection was cut off before anyone could send one.
                code = guard.close_code or ABNORMAL
                traffic.note_end(code)
                log_connection(
                    "close", scope, code=code, seconds=seconds, open=rest, **losses(guard, backlog)
                )
            else:
                # What uvicorn answers to a handshake that no endpoint has accepted.
                traffic.rejected["not_accepted"] += 1
                log_connection("refused", scope, status=403, reason="Not accepted")


def size_of(payload: str | bytes) -> int:
    """Return how many bytes a message has on the wire."""
    return len(payload.encode() if isinstance(payload, str) else payload)


def losses(guard: GuardedConnection, backlog: Backlog | None) -> dict[str, int]:
    """Return how many messages were not delivered either way, for the log, and nothing if there are none."""
    numbers = {"rate_limited": guard.refused, "dropped": backlog.dropped if backlog else 0}
    return {name: number for name, number in numbers.items() if number}
