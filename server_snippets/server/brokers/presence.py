"""The presences of all processes: people in rooms, and everything else that exists only once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Presence:
    """Someone, or something, that all processes know of.

    Args:
        place: The endpoint, such as `chat`.
        name: What can be held once in that place.
        process: The process that it lives on, and ends with.
        room: Where in the place it is.
        visit: Tells two visits under one name apart.
        state: What else all should know of it.
    """

    place: str
    name: str
    process: str
    room: str = ""
    visit: int = 0
    state: str = ""

    @property
    def key(self) -> str:
        """The one presence that can have this place and name."""
        return f"{self.place}:{self.name}"


class PresenceRegistry:
    """All presences of all processes."""

    def __init__(self) -> None:
        self._presences: dict[str, Presence] = {}
        self._rooms: dict[tuple[str, str], set[str]] = defaultdict(set)

    def __iter__(self) -> Iterator[Presence]:
        """Give all presences, those that came first first."""
        return iter(list(self._presences.values()))

    def __contains__(self, presence: Presence) -> bool:
        """Return whether this presence, as it is, is there."""
        return self._presences.get(presence.key) == presence

    def find(self, place: str, name: str) -> Presence | None:
        """Return who holds a name."""
        return self._presences.get(f"{place}:{name}")

    def put(self, presence: Presence) -> None:
        """Add a presence, or replace what was known of it."""
        self._presences[presence.key] = presence
        self._rooms[presence.place, presence.room].add(presence.name)

    def replace(self, presences: Iterable[Presence]) -> None:
        """Forget all, and begin with these."""
        self._presences.clear()
        self._rooms.clear()
        for presence in presences:
            self.put(presence)

    def remove(self, presence: Presence) -> None:
        """Forget a presence."""
        del self._presences[presence.key]
        names = self._rooms[presence.place, presence.room]
        names.discard(presence.name)
        if not names:
            del self._rooms[presence.place, presence.room]

    def names(self, place: str, room: str) -> list[str]:
        """Return the names of all in a room, sorted."""
        return sorted(self._rooms.get((place, room), ()))

    def of_place(self, place: str) -> list[Presence]:
        """Return all presences of a place, those that came first first."""
        return [presence for presence in self if presence.place == place]

    def of_process(self, process: str) -> list[Presence]:
        """Return all presences that live on a process."""
        return [presence for presence in self if presence.process == process]
