"""One arrow of a sequence diagram."""

from dataclasses import dataclass
from enum import StrEnum

from websocket_lab.server.safe_text import encodable


class Kind(StrEnum):
    """What crossed: a message, a control frame, the HTTP handshake, a fault of ours, or something bad."""

    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"
    HTTP = "http"
    FAULT = "fault"
    BAD = "bad"


@dataclass(frozen=True)
class Arrow:
    """One thing that crossed between a client and the server.

    Args:
        client: The name on the client's lane, such as "Ana".
        to_server: Whether it went from the client to the server.
        label: What crossed, such as '"Hello"', 'close 1000', 'GET /ws'.
        kind: Of which kind it was.
        mark: A word that is drawn emphasised, such as "expected nothing".
    """

    client: str
    to_server: bool
    label: str
    kind: Kind
    mark: str = ""

    def __str__(self) -> str:
        """Return the arrow as one line of text."""
        way = f"{self.client} → server" if self.to_server else f"server → {self.client}"
        mark = f"   ✗ {readable(self.mark)}" if self.mark else ""
        return f"{readable(way)}   {self.kind:<6}   {readable(self.label)}{mark}"


def readable(text: str) -> str:
    """Return `text` on one line, with a mark or an escape in place of what cannot be printed."""
    return "".join(sign if sign.isprintable() else _stand_in(sign) for sign in encodable(text))


def _stand_in(sign: str) -> str:
    return "⏎" if sign == "\n" else " " if sign.isspace() else "�"
