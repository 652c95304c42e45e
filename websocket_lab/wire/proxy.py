"""The tap's TCP half: it connects each client to the server, and passes bytes on, with the faults ordered."""

import asyncio
import atexit
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from importlib.util import find_spec
from threading import Lock
from typing import cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.client_names import client_name
from websocket_lab.wire.connection import How, WireConnection
from websocket_lab.wire.faults import Conditions, FaultBook, Order
from websocket_lab.wire.http import FIRST_LINES, HEAD_END, HttpHead
from websocket_lab.wire.recorder import WireRecorder
from websocket_lab.wire.tcp_reset import reset


# How many bytes a frozen or delayed wire accepts before it stops reading; after that, TCP's buffers fill.
MOST_HELD = 262_144
BETWEEN_PIECES = 0.001

Item = bytes | How
HOST = "127.0.0.1"


class Pipe:
    """Passes bytes, and the end, from one side's transport to the other's.

    Args:
        passes: Called with what is passed on, before the target can have it.
        passed: Called with the same, after that.
    """

    def __init__(self, passes: Callable[[Item], None], passed: Callable[[Item], None]) -> None:
        self.source: asyncio.Transport | None = None
        self.target: asyncio.Transport | None = None
        self.has_ended = False
        self.has_passed = False
        self._passes = passes
        self._passed = passed
        self._conditions = Conditions()
        self._allowance: int | None = None
        self._held: deque[tuple[float, Item]] = deque()
        self._held_size = 0
        self._is_target_full = False
        self._reads = True
        self._source_has_ended = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether a fault keeps everything back."""
        return self._conditions.is_frozen

    def take(self, item: Item) -> None:
        """Pass `item` on now, or as soon as that is possible."""
        self._source_has_ended |= not isinstance(item, bytes)
        if not self._held and self.target and self._conditions.are_clear:
            self._pass_on(item)
            return

        self._hold(item, asyncio.get_running_loop().time() + self._conditions.delay)
        self.pump()

    def suffer(self, conditions: Conditions) -> None:
        """Be under these conditions from now on."""
        order = conditions.drop_after
        if order is not self._conditions.drop_after:
            self._allowance = None if order is None or order.value is None else int(order.value)
        self._conditions = conditions
        self.pump()

    def pump(self) -> None:
        """Pass on what is held and may go."""
        while self._held and self.target and not self._conditions.is_frozen and not self._is_target_full:
            due, item = self._held[0]
            if due > asyncio.get_running_loop().time():
                self._pump_at(due)
                break
            self._release(item)
        self._read_or_not()

    def mark_full(self, is_full: bool) -> None:
        """Read no more while the target takes no more: that is how backpressure is passed on."""
        self._is_target_full = is_full
        self.pump()

    def stop(self) -> None:
        """Pass nothing on any more."""
        self.has_ended = True
        self.target = None
        self._held.clear()
        if self._timer:
            self._timer.cancel()

    def _hold(self, item: Item, due: float) -> None:
        self._held.append((due, item))
        self._held_size += len(item)

    def _release(self, item: Item) -> None:
        self._held.popleft()
        self._held_size -= len(item)
        size = self._conditions.split
        if isinstance(item, bytes) and size and len(item) > size:
            self._held_size += len(item) - size
            self._held.appendleft((asyncio.get_running_loop().time() + BETWEEN_PIECES, item[size:]))
            item = item[:size]
        self._pass_on(item)

    def _pass_on(self, item: Item) -> None:
        if isinstance(item, bytes) and self._allowance is not None:
            item = item[: self._allowance]
            self._allowance -= len(item)
        # After the end in order there can be a reset, but nothing else.
        if self.target is None or not item or (self.has_ended and item != "RST"):
            return

        self._passes(item)
        self._send(self.target, item)
        self._passed(item)

    def _send(self, target: asyncio.Transport, item: Item) -> None:
        self.has_passed = True
        if isinstance(item, bytes):
            target.write(item)
            return

        self.has_ended = True
        if item == "RST":
            reset(target)
        elif not target.is_closing():
            target.write_eof()

    def _pump_at(self, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self.pump)

    def _read_or_not(self) -> None:
        reads = not self._is_target_full and self._held_size < MOST_HELD
        if reads == self._reads or self.source is None or self._source_has_ended:
            return

        self._reads = reads
        self.source.resume_reading() if reads else self.source.pause_reading()


class ProxiedConnection:
    """Two transports and the two flows between them; what passes is recorded.

    Args:
        recorder: Records what passes.
        book: The faults that are ordered.
        transport: The client's connection.
    """

    def __init__(self, recorder: WireRecorder, book: FaultBook, transport: asyncio.Transport) -> None:
        self.connection: WireConnection = recorder.open(transport.get_extra_info("peername")[1])
        self.up = Pipe(partial(self._record, True), self._passed)
        self.down = Pipe(partial(self._record, False), self._passed)
        self._recorder = recorder
        self._book = book
        self._known_as = ""
        # The server's side counts before it is joined: what the client left behind is still to be passed on.
        self._open_sides = 2
        self.up.source = self.down.target = transport
        self.refresh()

    @property
    def names(self) -> set[str]:
        """By which names faults can be ordered for this client."""
        return {self.connection.client_name, self.connection.name} - {""}

    @property
    def is_over(self) -> bool:
        """Whether nothing more can pass."""
        return self.up.has_ended and self.down.has_ended

    @property
    def is_gone(self) -> bool:
        """Whether both sides' connections are closed."""
        return not self._open_sides

    def join(self, transport: asyncio.Transport) -> None:
        """Join the server's connection to the client's."""
        if self.is_over:
            transport.abort()
            return

        self.down.source = self.up.target = transport
        self.up.pump()

    def lost(self) -> None:
        """Take note that one side's connection is gone."""
        self._open_sides -= 1
        if not self._open_sides:
            self.up.stop()
            self.down.stop()

    def fail(self, port: int) -> None:
        """Reset the client's connection, for there is no server."""
        words = f"nothing answers on port {port}: is the server running?"
        self._recorder.note(self.connection, words, Kind.BAD)
        self.cut()
        self.lost()

    def came(self, from_client: bool, item: Item) -> None:
        """Take what one side sent, or its end."""
        if from_client:
            self._learn(item)
        (self.up if from_client else self.down).take(item)

    def cut(self) -> None:
        """Reset both sides' connections."""
        for flow in (self.up, self.down):
            flow.stop()
            if flow.source:
                reset(flow.source)
        self._recorder.end(self.connection, "tap", "RST")

    def close(self) -> None:
        """Drop both sides' connections, when the tap is stopped."""
        for flow in (self.up, self.down):
            flow.stop()
            if flow.source:
                flow.source.abort()
        self._recorder.end(self.connection, "tap", "FIN")

    def refresh(self) -> None:
        """Suffer from the faults that are ordered now."""
        self.up.suffer(self._book.conditions(True, self.names))
        self.down.suffer(self._book.conditions(False, self.names))

    def _learn(self, item: Item) -> None:
        if not isinstance(item, bytes):
            self.connection.has_left = True
            if not self.up.has_passed and self.up.is_frozen:
                # It gave up before anything of it crossed: for the server it has never been there.
                self.close()
        elif not self.names and FIRST_LINES[True].match(item) and (end := HEAD_END.search(item)):
            # Faults are ordered by name, so the name is read before anything passes.
            self.connection.client_name = client_name(HttpHead(item[: end.end()]))
            self._meet()

    def suffer(self, order: Order) -> None:
        """Suffer from an order, if it is for this client, and show it on its lane."""
        # The note comes first: what was kept back passes after the cable is plugged in.
        if self.names and (order.name is None or order.name in self.names):
            order.shown_to.add(self.connection.name)
            self._recorder.note(self.connection, order.words)
        self.refresh()

    def _meet(self) -> None:
        self._known_as = self.connection.name
        self.refresh()
        for order in self._book.standing(self.names):
            self.connection.take_lane()
            if self.connection.name not in order.shown_to:
                self.suffer(order)

    # Whoever has received something finds it recorded: else a cell that shows the wire could come too early.
    def _record(self, from_client: bool, item: Item) -> None:
        if isinstance(item, bytes):
            self._recorder.feed(self.connection, from_client, item)
        else:
            self._recorder.end(self.connection, "client" if from_client else "server", item)

    def _passed(self, item: Item) -> None:
        if isinstance(item, bytes):
            if self.connection.name != self._known_as:
                self._meet()
            return

        if item == "RST":
            self.up.stop()
            self.down.stop()
        if self.is_over:
            self._close_both()

    def _close_both(self) -> None:
        for flow in (self.up, self.down):
            if flow.target and not flow.target.is_closing():
                flow.target.close()


class ProxyEndpoint(asyncio.Protocol):
    """The client's or the server's connection.

    Args:
        is_client: Whose connection this is.
        join: Called with the transport once it is there; returns the link that it belongs to.
        gone: Called with the link once both of its connections are closed.
    """

    def __init__(
        self,
        is_client: bool,
        join: Callable[[asyncio.Transport], ProxiedConnection],
        gone: Callable[[ProxiedConnection], None],
    ) -> None:
        self._is_client = is_client
        self._join = join
        self._gone = gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the link."""
        self._link = self._join(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        """Pass bytes on."""
        self._link.came(self._is_client, bytes(data))

    def eof_received(self) -> bool:
        """Pass the end on; this side may go on listening."""
        self._link.came(self._is_client, "FIN")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Pass a reset on, if it was one."""
        if error is not None:
            self._link.came(self._is_client, "RST")
        self._link.lost()
        if self._link.is_gone:
            self._gone(self._link)

    def pause_writing(self) -> None:
        """Take in no more for this side, which reads too slowly."""
        self._flow_here.mark_full(True)

    def resume_writing(self) -> None:
        """Take in more for this side again."""
        self._flow_here.mark_full(False)

    @property
    def _flow_here(self) -> Pipe:
        return self._link.down if self._is_client else self._link.up


_portal_lifetime = ExitStack()
# A portal that is left to the garbage collector waits for its own dead thread.
atexit.register(_portal_lifetime.close)
_turn = Lock()


def tap_loop() -> BlockingPortal:
    """Return the portal to the taps' event loop, which runs until the process ends."""
    # Two threads that ask first, at the same moment, get the same one.
    with _turn:
        return _portal()


@cache
def _portal() -> BlockingPortal:
    # uvloop keeps the wire moving while a cell computes; asyncio's own loop nearly stands still then.
    options = {"use_uvloop": find_spec("uvloop") is not None}
    portal = start_blocking_portal(backend_options=options, name="websocket-lab-wire")
    return _portal_lifetime.enter_context(portal)


class TapServer:
    """Runs on the taps' loop: everything here is called there.

    Args:
        server_port: Tells on which port the server listens now.
        recorder: Records what passes.
        book: The faults that are ordered.
    """

    def __init__(self, server_port: Callable[[], int], recorder: WireRecorder, book: FaultBook) -> None:
        self._server_port = server_port
        self._recorder = recorder
        self._book = book
        self._listener: asyncio.Server | None = None
        self._links: dict[ProxiedConnection, None] = {}
        self._connecting: set[asyncio.Task[None]] = set()

    @property
    def links(self) -> list[ProxiedConnection]:
        """The connections that are open."""
        return list(self._links)

    async def start(self, port: int, preferred: int = 0) -> int:
        """Listen, and return the port: `port`, or without one `preferred`, if nobody has taken it since."""
        try:
            self._listener = await self._listen(port or preferred)
        except OSError:
            if port or not preferred:
                raise
            self._listener = await self._listen(0)
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no more, and drop all connections."""
        if self._listener:
            self._listener.close()
        for link in self.links:
            link.close()
        self._links.clear()
        # Aborted transports are closed in the loop's next turn.
        await asyncio.sleep(0)

    async def _listen(self, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: ProxyEndpoint(True, self._accept, self._forget), HOST, port)

    def _accept(self, transport: asyncio.Transport) -> ProxiedConnection:
        link = ProxiedConnection(self._recorder, self._book, transport)
        self._links[link] = None
        task = asyncio.create_task(self._connect(link))
        # The loop itself keeps only a weak reference.
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return link

    async def _connect(self, link: ProxiedConnection) -> None:
        def join(transport: asyncio.Transport) -> ProxiedConnection:
            link.join(transport)
            return link

        port = self._server_port()
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: ProxyEndpoint(False, join, self._forget), HOST, port)
        except OSError:
            link.fail(port)
            if link.is_gone:
                self._forget(link)

    def _forget(self, link: ProxiedConnection) -> None:
        self._links.pop(link, None)
