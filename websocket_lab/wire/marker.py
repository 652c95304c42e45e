"""What crossed the wire, or happened to it, besides frames."""

from dataclasses import dataclass, field
from datetime import datetime

from websocket_lab.display.sequence_arrow import Arrow, Kind
from websocket_lab.wire.frame import Frame


@dataclass(slots=True)
class Marker:
    """An event on a connection: an HTTP head, a fault that we made, or bytes that make no sense.

    Args:
        label: What happened, in a few words.
        kind: Of which kind it is in a diagram.
        from_client: Whether it came from the client.
        client: The name of the client's lane.
        connection: The number of its connection.
    """

    label: str
    kind: Kind
    from_client: bool = False
    client: str = ""
    connection: int = 0
    time: datetime = field(default_factory=datetime.now)

    @property
    def arrow(self) -> Arrow:
        """The event as an arrow of a sequence diagram."""
        return Arrow(self.client, self.from_client, self.label, self.kind)

    def __str__(self) -> str:
        """Return the event as a line of a diagram's text."""
        return str(self.arrow)


Event = Frame | Marker
