"""The head of an HTTP request or response, as it crossed."""

import re
from dataclasses import dataclass, field


@dataclass
class HttpHead:
    """A start line and headers; `body` is the beginning of what followed them.

    Args:
        raw: The head's bytes, with the empty line at its end.
    """

    raw: bytes
    body: bytearray = field(default_factory=bytearray)

    @property
    def lines(self) -> list[str]:
        """The head's lines, without the empty one."""
        # RFC 9112, 2.2: what is not ASCII there means nothing in particular; latin-1 keeps each byte.
        return [line.rstrip("\r") for line in self.raw.decode("latin-1").split("\n")[:-2]]

    @property
    def start_line(self) -> str:
        """The first line, such as `GET /ws HTTP/1.1` or `HTTP/1.1 101 Switching Protocols`."""
        return self.lines[0]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers' names and values, in their order."""
        pairs = (line.partition(":") for line in self.lines[1:])
        return [(name.strip(), value.strip()) for name, _, value in pairs]

    def header(self, name: str) -> str:
        """Return a header's value, or an empty string; several of one name are joined by commas."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def method(self) -> str:
        """A request's method."""
        return self.start_line.split(" ")[0]

    @property
    def status(self) -> int:
        """A response's status."""
        found = re.match(r"HTTP/\S+ (\d{3})", self.start_line)
        return int(found[1]) if found else 0

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks for, or agrees to, a WebSocket."""
        return self.header("Upgrade").lower() == "websocket"

    @property
    def label(self) -> str:
        """The start line without the version: what an arrow shows."""
        return re.sub(r"^HTTP/\S+ | HTTP/\S+$", "", self.start_line)
