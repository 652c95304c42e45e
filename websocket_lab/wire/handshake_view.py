"""The opening handshake to read: request and response as sent, and the proof that they belong together."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from websocket_lab.display.card import Card, heading, safe
from websocket_lab.display.sequence_arrow import readable
from websocket_lab.wire.connection import WireConnection
from websocket_lab.wire.frame_view import STYLE
from websocket_lab.wire.http import HttpHead


# RFC 6455, 1.3: the same for every handshake in the world.
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCEPT = "Sec-WebSocket-Accept"
KEY = "Sec-WebSocket-Key"


@dataclass(frozen=True)
class AcceptProof:
    """How `Sec-WebSocket-Accept` follows from `Sec-WebSocket-Key` (RFC 6455, 4.2.2)."""

    key: str
    sent: str

    @property
    def digest(self) -> bytes:
        """The SHA-1 of the key with the GUID behind it."""
        return hashlib.sha1((self.key + GUID).encode("latin-1"), usedforsecurity=False).digest()

    @property
    def accept(self) -> str:
        """What the server must answer."""
        return b64encode(self.digest).decode()

    @property
    def verdict(self) -> str:
        """Whether the server answered that."""
        return "✓ equal" if self.accept == self.sent else "✗ not equal"

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The steps from the key to the verdict, each with its result."""
        return [
            (f"1. The request's {KEY}", self.key or "missing"),
            ("2. with the fixed text of RFC 6455 behind it", self.key + GUID),
            ("3. its SHA-1, 20 bytes", self.digest.hex(" ")),
            ("4. these in Base64", self.accept),
            (f"5. The response's {ACCEPT}", self.sent or "missing"),
            ("Result", self.verdict),
        ]


def show_handshake(connection: WireConnection) -> Card:
    """Show a connection's request and response as sent, and `Sec-WebSocket-Accept` recomputed."""
    title = f"{readable(connection.name or 'Somebody')}'s handshake"
    request, response = connection.request, connection.response
    if request is None:
        return Card(f"{title}: no HTTP request came.", "<p>No HTTP request came.</p>", title)

    proof = AcceptProof(request.header(KEY), response.header(ACCEPT) if response else "")
    outcome = _outcome(response)
    has_proof = response is not None and response.status == 101
    steps = proof.steps if has_proof else []
    text = [title, "", "Request:", sent_text(request), "", "Response:", sent_text(response), "", outcome]
    return Card(
        "\n".join([*text, *[f"{name}: {value}" for name, value in steps]]),
        f"{STYLE}{heading(title)}<p>Request, as sent:</p>{_sent(request)}"
        f"<p>Response, as sent:</p>{_sent(response)}<p>{safe(outcome)}</p>{_table(steps)}",
        title,
    )


def sent_text(head: HttpHead | None) -> str:
    """Return a head's lines, and the body's beginning behind them."""
    if head is None:
        return "none"

    body = bytes(head.body).decode("utf-8", "replace")
    lines = [*map(readable, head.lines), *(["", readable(body)] if body else [])]
    return "\n".join(lines)


def _outcome(response: HttpHead | None) -> str:
    if response is None:
        return "The server has not answered."
    if response.status == 101:
        return f"The server agrees to speak WebSocket, and proves it by {ACCEPT}:"
    return f"The server refuses with HTTP {response.status}: this stays HTTP, no frame crosses."


def _sent(head: HttpHead | None) -> str:
    lines = [
        f"<mark>{safe(line)}</mark>" if line.lower().startswith((KEY.lower(), ACCEPT.lower())) else safe(line)
        for line in sent_text(head).split("\n")
    ]
    return f'<pre class="wsl-wire-sent">{"<br>".join(lines)}</pre>'


def _table(steps: list[tuple[str, str]]) -> str:
    if not steps:
        return ""

    looks = {"✓": "wsl-wire-good", "✗": "wsl-wire-bad"}
    rows = "".join(
        f'<tr><th scope="row">{safe(name)}</th>'
        f'<td class="{looks.get(value[:1], "")}"><code>{safe(value)}</code></td></tr>'
        for name, value in steps
    )
    head = '<thead><tr><th scope="col">Step</th><th scope="col">Result</th></tr></thead>'
    return f'<table class="wsl-table wsl-wire-table">{head}<tbody>{rows}</tbody></table>'
