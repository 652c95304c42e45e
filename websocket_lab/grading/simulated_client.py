"""A simulated client: a real connection that says what it must receive, and what it must not."""

import asyncio
import json
from collections.abc import Collection, Container, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from websockets.asyncio.client import ClientConnection

from websocket_lab.client.connection_state import ConnectFailed, ConnectionEnded
from websocket_lab.client.live_client import LiveClient
from websocket_lab.grading.event import Event, matches, shown
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.timing import Patience
from websocket_lab.wire.recorder import WireRecorder


# Seconds. A right server may be slow, and the machine busy.
PATIENCE = 1.5
LONGEST_PING = 1.0
AFTER_PONG = 0.3
# The close code where a message is larger than a client, or the server, takes: no step asks for one.
TOO_BIG = 1009
# Connecting takes many turns of several threads; only a server that hangs makes anybody wait so long.
LONGEST_CONNECT = 5.0
# What leads to what came: by its type, or by one of the words `nothing`, `twice`, `closed`, `refused`, and
# `other` for a message without a type.
# Each is a text, or a function that makes one out of what came.
Causes = Mapping[str, Any]
TOO_MUCH = {"twice": "The same message is sent twice to one client."}


class RecordedConnection(ClientConnection):
    """A connection whose bytes a recorder is fed, both ways; for `connect(create_connection=…)`."""

    def __init__(self, *arguments: Any, recorder: WireRecorder, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._recorder = recorder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record what is written to the transport from now on."""
        self.wire = self._recorder.open(transport.get_extra_info("sockname")[1])
        recorded = RecordedTransport(transport, lambda data: self._recorder.feed(self.wire, True, data))
        super().connection_made(recorded)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Record what the server sends."""
        self._recorder.feed(self.wire, False, data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Record an ending without a close frame."""
        if self.protocol.close_rcvd is None and not self.wire.has_left:
            self._recorder.end(self.wire, "server", "RST" if exc else "FIN")
        super().connection_lost(exc)


class RecordedTransport:
    """A transport that shows what is written before it writes it; all else is the transport's own."""

    def __init__(self, transport: asyncio.BaseTransport, record: Any) -> None:
        self._transport: Any = transport
        self._record = record

    def write(self, data: bytes) -> None:
        """Record the bytes and write them."""
        self._record(bytes(data))
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        """Return what the transport has under this name."""
        return getattr(self._transport, name)


class SimulatedClient:
    """One real client of the learner's server.

    Args:
        url: Where it connects.
        name: How the verdict calls it.
        username: How the server calls it.
        vocabulary: The types of the messages that the exercise is about; others are passed over. None if
            every message counts.
        connect_options: As for `LiveClient`.

    Attributes:
        began: When this person began to connect: the server cannot have known of them before.
        sent: What was sent, each with the moment before it left: no answer can have come earlier.
        stand_ins: For a text that cannot be parsed everywhere, what is parsed in its place.
    """

    def __init__(
        self, url: str, name: str, username: str, vocabulary: Container[str] | None, **connect_options: Any
    ) -> None:
        self.name = name
        self.username = username
        self.wire = WireRecorder()
        self.began = datetime.now()
        self.sent: list[tuple[datetime, Any]] = []
        self.stand_ins: dict[str, str] = {}
        recorded = partial(RecordedConnection, recorder=self.wire)
        options = {"create_connection": recorded} | connect_options
        self.client = LiveClient(url, name, deadline=LONGEST_CONNECT, **options)
        self._vocabulary = vocabulary
        self._last: Event = {}
        self._raw = ""
        self._passed_over: list[Any] = []

    def connects(self, likely: Causes | None = None) -> None:
        """Open the connection, which the server must accept."""
        self.began = datetime.now()
        try:
            self.client.connect()
        except (ConnectFailed, TimeoutError) as error:
            cause = cause_of("refused", likely or {})
            raise Mismatch(f"{self.name} can connect to {self.client.url}.", str(error), cause) from None

    def sends(self, value: Any, likely: Causes | None = None) -> None:
        """Send text as it is, and everything else as JSON; the connection must be open."""
        before = datetime.now()
        try:
            self.client.send(value if isinstance(value, str | bytes) else json.dumps(value))
        except (ConnectionEnded, TimeoutError) as error:
            cause = (likely or {}).get("closed", "")
            raise Mismatch(f"{self.name} can send {shown(value)}.", _without_advice(error), cause) from None
        self.sent.append((before, value))

    def hears(
        self, expected: Event, likely: Causes | None = None, patience: float | Patience = PATIENCE
    ) -> Event:
        """Return the next message, which must have all that is expected.

        Args:
            expected: The fields and their values; `ANYTHING` where every value is right.
            likely: The usual causes of what may come instead.
            patience: Seconds that it may take, or what is left of them.
        """
        return self._next(f"{self.name} receives {shown(expected)}.", expected, likely or {}, patience)

    def hears_all(self, expected: Collection[Event], likely: Causes | None = None) -> None:
        """Read one message for each that is expected, in whatever order they come."""
        missing = list(expected)
        while missing:
            wanted = f"{self.name} receives {' and '.join(map(shown, missing))}."
            came = self.next_event(wanted, likely)
            found = [event for event in missing if matches(came, event)]
            if not found:
                raise self._instead(wanted, came, likely or {})
            missing.remove(found[0])
            self._last = came

    def hears_nothing_before(self, fence: Event, likely: Causes | None = None) -> None:
        """Read the message that ends a silence, which must come first."""
        self._next(f"{self.name} receives nothing now but {shown(fence)}.", fence, likely or {})

    def next_event(
        self, wanted: str, likely: Causes | None = None, patience: float | Patience = PATIENCE
    ) -> Event:
        """Return the next message of the vocabulary; raise Mismatch if none comes."""
        rest = patience if isinstance(patience, Patience) else Patience(patience)
        while True:
            event = self._read(wanted, likely or {}, rest)
            # A list or an object is no type, and nothing that a set can look up.
            kind = event.get("type")
            if self._vocabulary is None or (isinstance(kind, str) and kind in self._vocabulary):
                self._passed_over.clear()
                return event
            self._passed_over.append(event)

    def is_closed(self, code: int, likely: Causes | None = None) -> None:
        """Wait until the server closes the connection, which must be with this code.

        Args:
            code: The close code.
            likely: The usual causes of another code, by that code as a text, or `closed` for all others.
        """
        wanted = f"{self.name}'s connection is closed with {code}."
        try:
            came = Patience(PATIENCE).wait(self.client.wait_closed)
        except TimeoutError:
            cause = cause_of("nothing", likely or {})
            raise Mismatch(wanted, "It is still open.", cause) from None
        if came != code:
            cause = cause_of(str(came), likely or {}) or cause_of("closed", likely or {})
            raise Mismatch(wanted, f"It was closed with {came} {self.client.close_reason}.", cause)

    def reads_reason(self, reason: str, cause: str) -> None:
        """Have read this reason in the close frame."""
        came = f"reads {self.client.close_reason!r}"
        self.must(self.client.close_reason == reason, f"reads the reason {reason!r}", came, cause)

    def must(self, is_so: bool, wanted: str, came: str, cause: str = "") -> None:
        """Raise Mismatch unless something is so; both texts go on from the person's name."""
        if not is_so:
            raise Mismatch(f"{self.name} {wanted}.", f"{self.name} {came}.", cause)

    def leaves(self) -> None:
        """Close the connection with a close frame."""
        self.client.disconnect()

    def vanishes(self) -> None:
        """Reset the connection without a word."""
        for connection in self.wire.connections[-1:]:
            self.wire.end(connection, "client", "RST")
        self.client.vanish()

    def _next(
        self, wanted: str, expected: Event, likely: Causes, patience: float | Patience = PATIENCE
    ) -> Event:
        came = self.next_event(wanted, likely, patience)
        if not matches(came, expected):
            raise self._instead(wanted, came, likely)

        self._last = came
        return came

    def _read(self, wanted: str, likely: Causes, rest: Patience) -> Event:
        try:
            message = self._receive(rest)
        except TimeoutError:
            raise self._silence(wanted, likely, rest.seconds) from None
        except ConnectionEnded as error:
            cause = cause_of("closed", likely) if self.client.close_code != TOO_BIG else ""
            raise Mismatch(wanted, _without_advice(error), cause) from None
        return self._parsed(message, wanted)

    def _receive(self, rest: Patience) -> str | bytes:
        try:
            return rest.wait(self.client.receive)
        except TimeoutError:
            # A server that sends something else again and again must not lengthen the wait each time.
            if rest.is_lengthened:
                raise
            # On a busy machine a message may be late: what was on its way comes before the pong.
            with suppress(TimeoutError):
                self.client.ping(LONGEST_PING)
            rest.lengthen(AFTER_PONG)
            return rest.wait(self.client.receive)

    def _parsed(self, message: str | bytes, wanted: str) -> Event:
        self._raw = str(message)
        came = f"{self.name} received {shown(message) if isinstance(message, str) else message[:80]!r}"
        try:
            event = json.loads(self._parsable(message))
        except ValueError:
            cause = "Send it with send_json(…)."
            raise Mismatch(wanted, f"{came}, which is no JSON.", cause, self.name, self._raw) from None
        except RecursionError:
            came = f"{came}, which is nested too deep to be read."
            raise Mismatch(wanted, came, "", self.name, self._raw) from None
        if not isinstance(event, dict):
            typed = "" if self._vocabulary is None else ' with a "type"'
            cause = f"Send a dict{typed}. A str that is JSON already goes through send_text(…)."
            raise Mismatch(wanted, f"{came}, which is no JSON object.", cause, self.name, self._raw)
        return event

    def _parsable(self, message: str | bytes) -> str | bytes:
        for text, stand_in in self.stand_ins.items():
            message = message.replace(text, stand_in) if isinstance(message, str) else message
        return message

    def _silence(self, wanted: str, likely: Causes, patience: float) -> Mismatch:
        came = f"{self.name} received nothing for {patience:g} s."
        if self._passed_over:
            came = f"{self.name} received {shown(self._passed_over[-1])}, which is not in the contract."
        return Mismatch(wanted, came, cause_of("nothing", likely), self.name)

    def _instead(self, wanted: str, came: Event, likely: Causes) -> Mismatch:
        kind = "twice" if came == self._last else str(came.get("type", "other"))
        cause = cause_of(kind, TOO_MUCH | dict(likely), came)
        return Mismatch(wanted, f"{self.name} received {shown(came)}.", cause, self.name, self._raw)


def _without_advice(error: Exception) -> str:
    # To call a method of the client is up to the check.
    return str(error).partition(" Call ")[0]


def cause_of(kind: str, likely: Causes, came: Event | None = None) -> str:
    """Return what usually leads to what came, or "" if nothing typical is known."""
    cause = likely.get(kind, "")
    return str(cause(came or {}) if callable(cause) else cause)
