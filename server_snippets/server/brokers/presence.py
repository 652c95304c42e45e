"""The guests of all processes: people in rooms, and everything else that exists only once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Guest:
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
        """The one guest that can have this place and name."""
        return f"{self.place}:{self.name}"


class GuestList:
    """All guests of all processes."""

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}
        self._rooms: dict[tuple[str, str], set[str]] = defaultdict(set)

    def __iter__(self) -> Iterator[Guest]:
        """Give all guests, those that came first first."""
        return iter(list(self._guests.values()))

    def __contains__(self, guest: Guest) -> bool:
        """Return whether this guest, as it is, is there."""
        return self._guests.get(guest.key) == guest

    def find(self, place: str, name: str) -> Guest | None:
        """Return who holds a name."""
        return self._guests.get(f"{place}:{name}")

    def put(self, guest: Guest) -> None:
        """Add a guest, or replace what was known of it."""
        self._guests[guest.key] = guest
        self._rooms[guest.place, guest.room].add(guest.name)

    def replace(self, guests: Iterable[Guest]) -> None:
        """Forget all, and begin with these."""
        self._guests.clear()
        self._rooms.clear()
        for guest in guests:
            self.put(guest)

    def remove(self, guest: Guest) -> None:
        """Forget a guest."""
        del self._guests[guest.key]
        names = self._rooms[guest.place, guest.room]
        names.discard(guest.name)
        if not names:
            del self._rooms[guest.place, guest.room]

    def names(self, place: str, room: str) -> list[str]:
        """Return the names of all in a room, sorted."""
        return sorted(self._rooms.get((place, room), ()))

    def of_place(self, place: str) -> list[Guest]:
        """Return all guests of a place, those that came first first."""
        return [guest for guest in self if guest.place == place]

    def of_process(self, process: str) -> list[Guest]:
        """Return all guests that live on a process."""
        return [guest for guest in self if guest.process == process]
