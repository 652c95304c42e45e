"""Times in a check: when something crossed the wire, and waiting for a moment."""

import time
from datetime import datetime

from websocket_lab.checking.event import Event, matches
from websocket_lab.client.client_log import Direction
from websocket_lab.client.live_client import LiveClient
from websocket_lab.panel.presence import json_object


def last_time(client: LiveClient, direction: Direction, event: Event) -> datetime:
    """Return when the client last sent, or received, a message that has all of `event`."""
    return next(
        entry.time
        for entry in reversed(client.log)
        if entry.direction == direction and matches(json_object(entry.message), event)
    )


def sleep_until(moment: float) -> None:
    """Return at this moment of time.monotonic()."""
    time.sleep(max(0.0, moment - time.monotonic()))
