"""A panel as text and as plain HTML, for a notebook that is read without a kernel."""

from html import escape

from websocket_lab.client.client_log import transcript
from websocket_lab.client.live_client import LiveClient


MOST_LINES = 20

FRAME = (
    "border: 1px solid #8888; border-radius: 12px; padding: 12px 16px; margin: 6px 0; max-width: 720px; "
    "font-family: system-ui, sans-serif; line-height: 1.5"
)
ASLEEP = "This is how the panel looked. It is live while its kernel runs: run this cell again."


def text_twin(client: LiveClient, words: str) -> str:
    """Return the panel as text: who, where, in which state, and the last lines of the log."""
    head = f"{client.name} · {client.url} · {words}"
    return "\n".join([head, *log_lines(client)])


def html_twin(client: LiveClient, words: str) -> str:
    """Return the panel as HTML that needs neither a kernel nor a script."""
    log = escape("\n".join(log_lines(client)), quote=True)
    wire = f'<pre style="overflow-x: auto; white-space: pre-wrap; margin: 8px 0">{log}</pre>' if log else ""
    return (
        f'<div style="{FRAME}"><strong>{escape(client.name, quote=True)}</strong>'
        f" · <code>{escape(client.url, quote=True)}</code> · {escape(words, quote=True)}{wire}"
        f"<p><em>{ASLEEP}</em></p></div>"
    )


def log_lines(client: LiveClient) -> list[str]:
    """Return the last lines of the log, and how many came before them."""
    entries = client.log
    earlier = len(entries) - MOST_LINES
    lines = transcript(entries[-MOST_LINES:]).splitlines()
    return [f"… {earlier:,} earlier lines", *lines] if earlier > 0 else lines
