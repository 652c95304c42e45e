"""Who is online and who is typing, as a chat server's JSON messages tell it."""

import json
from typing import Any


class Presence:
    """What is known about a chat room's people; it stays silent until a message tells about them."""

    def __init__(self) -> None:
        self.online: set[str] | None = None
        # Notices alone do not tell who was there before.
        self.has_whole_list = False
        self.typing: set[str] = set()

    def read(self, message: str | bytes) -> None:
        """Learn from a received message; one that is not about people changes nothing."""
        match json_object(message):
            case {"type": "users", "users": [*names]}:
                self.has_whole_list = True
                self.online = {name for name in names if isinstance(name, str)}
            case {"type": "joined", "username": str(name)}:
                self.online = (self.online or set()) | {name}
            case {"type": "left", "username": str(name)}:
                self.online = (self.online or set()) - {name}
                self.typing.discard(name)
            case {"type": "typing", "username": str(name), "active": active}:
                self.typing = self.typing | {name} if active else self.typing - {name}

    @property
    def online_words(self) -> str:
        """Who is online as a phrase: all, or those who were seen to join; nothing where nobody is known."""
        names = ", ".join(sorted(self.online or ()))
        if self.has_whole_list:
            return f"Online: {names or 'nobody'}"
        return f"Joined so far: {names}" if names else ""

    @property
    def typing_words(self) -> str:
        """Who is typing as a phrase, or nothing while nobody is."""
        names = sorted(self.typing)
        if not names:
            return ""
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} typing …"


def json_object(message: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object that a text message holds, or None if it holds something else."""
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None

    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return None

    return value if isinstance(value, dict) else None
