"""A client's connection to the tap, joined to the tap's connection to the server."""

import asyncio
from functools import partial

from websocket_lab.client.tcp_reset import reset
from websocket_lab.tap.sequence_arrow import Kind
from websocket_lab.wire.client_names import client_name
from websocket_lab.wire.connection import WireConnection
from websocket_lab.wire.fault_book import FaultBook, Order
from websocket_lab.wire.flow import Flow, Item
from websocket_lab.wire.http_head import HttpHead
from websocket_lab.wire.http_reader import FIRST_LINES, HEAD_END
from websocket_lab.wire.recorder import WireRecorder


class Link:
    """Two transports and the two flows between them; what passes is recorded.

    Args:
        recorder: Who records what passes.
        book: The faults that are ordered.
        transport: The client's connection.
    """

    def __init__(self, recorder: WireRecorder, book: FaultBook, transport: asyncio.Transport) -> None:
        self.connection: WireConnection = recorder.open(transport.get_extra_info("peername")[1])
        self.up = Flow(partial(self._record, True), self._passed)
        self.down = Flow(partial(self._record, False), self._passed)
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

    # Whoever has heard something finds it recorded: else a cell that shows the wire could come too early.
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
