"""What crossed the wire, from the logs of the clients of one check."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from websocket_lab.checking.event import shown
from websocket_lab.checking.mismatch import Mismatch
from websocket_lab.client_log import LogEntry
from websocket_lab.live_client import LiveClient
from websocket_lab.sequence_diagram import Arrow, Kind


def arrows(clients: Iterable[LiveClient]) -> list[Arrow]:
    """Return what the clients sent, received and noticed, oldest first."""
    lines = [(entry.time, client, entry) for client in clients for entry in client.log]
    return [_arrow(client, entry) for _, client, entry in sorted(lines, key=lambda line: line[0])]


def marked(crossed: list[Arrow], mismatch: Mismatch) -> list[Arrow]:
    """Return the arrows with a mark at what should not have come, or with one more for what did not come."""
    if mismatch.who and not mismatch.message:
        missing = Arrow(mismatch.who, to_server=False, label="nothing came", kind=Kind.FAULT, mark="missing")
        return [*crossed, missing]

    wrong = mismatch.who, False, shown(mismatch.message)
    for place, arrow in reversed(list(enumerate(crossed))):
        if (arrow.client, arrow.to_server, arrow.label) == wrong:
            return [*crossed[:place], replace(arrow, mark="not expected"), *crossed[place + 1 :]]
    return crossed


def _arrow(client: LiveClient, entry: LogEntry) -> Arrow:
    to_server = entry.direction == "sent"
    if entry.direction != "event":
        kind = Kind.TEXT if isinstance(entry.message, str) else Kind.BINARY
        return Arrow(client.name, to_server, shown(str(entry.message)), kind)

    words = str(entry.message)
    if words == "connected":
        return Arrow(client.name, to_server=True, label=f"GET {urlsplit(client.url).path}", kind=Kind.HTTP)
    kind = Kind.CLOSE if words.startswith("closed") else Kind.FAULT
    return Arrow(client.name, "this client" in words or kind is Kind.FAULT, words, kind)
