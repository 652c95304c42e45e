"""What crossed the wire between the people of a check and the server."""

from collections.abc import Iterable
from dataclasses import replace

from websocket_lab.display.sequence_diagram import Arrow, Kind
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.wire.frame import Frame
from websocket_lab.wire.marker import Event
from websocket_lab.wire.recorder import WireRecorder


def crossed(recorders: Iterable[WireRecorder]) -> list[Event]:
    """Return what crossed, whoever's wire it was, oldest first."""
    events = [event for recorder in recorders for event in recorder.events]
    return sorted(events, key=lambda event: event.time)


def marked(events: list[Event], mismatch: Mismatch | None) -> list[Arrow]:
    """Return the events as arrows, with a mark at what should not have come, or at what did not come."""
    arrows = [event.arrow for event in events]
    if mismatch is None or not mismatch.who:
        return arrows
    if not mismatch.message:
        missing = Arrow(mismatch.who, to_server=False, label="nothing came", kind=Kind.FAULT, mark="missing")
        return [*arrows, missing]

    for place in reversed(range(len(events))):
        if _carried(events[place], mismatch):
            arrows[place] = replace(arrows[place], mark="not expected")
            break
    return arrows


def _carried(event: Event, mismatch: Mismatch) -> bool:
    # Of a long message the recorder keeps the beginning.
    return (
        isinstance(event, Frame)
        and not event.from_client
        and event.client == mismatch.who
        and bool(event.message)
        and mismatch.message.startswith(str(event.message))
    )
