"""A panel for the chat: what is typed becomes the chat's JSON."""

import json

from websocket_lab.panel.client_panel import ClientPanel


def chat_panel(url: str, name: str) -> ClientPanel:
    """Return a connected panel whose Send says the typed text to the room."""
    return ClientPanel(url, name, compose=chat_message).connect()


def chat_message(text: str) -> str:
    """Return the JSON that says `text` to the room."""
    return json.dumps({"action": "message", "text": text})
