"""What the finished chat adds to the events of a room."""

from typing import Any


def unstamped(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without its id and its time."""
    return {key: value for key, value in event.items() if key not in ("id", "time")}
