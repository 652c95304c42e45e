"""How much memory servers hold, noted again and again."""

from statistics import median

from benchmarks.server_process import ServerProcess


# The first minute fills caches and rooms; of a run that is short, its first fifth.
SETTLING_SECONDS = 60.0
TOLERANCE = 0.05
WINDOW = 0.2


class MemoryWatch:
    """What each server held, from the beginning to the end.

    A server has grown if it holds over a twentieth more in the last fifth of the time than in the fifth that
    follows the first minute: what is held for the clients of a moment comes and goes, what leaks only comes.

    Args:
        servers: Whom to watch.
        seconds: How long the whole time is.
    """

    def __init__(self, servers: list[ServerProcess], seconds: float) -> None:
        self._servers = servers
        self._settled = min(SETTLING_SECONDS / seconds, WINDOW)
        self._notes: list[list[int]] = [[] for _ in servers]

    def note(self) -> None:
        """Look at each server once."""
        for server, notes in zip(self._servers, self._notes, strict=True):
            notes.append(server.bytes)

    def words(self) -> str:
        """Return what they hold now, in megabytes."""
        return ", ".join(f"{notes[-1] / 1e6:.0f} MB" for notes in self._notes if notes) or "not known yet"

    def growth(self) -> list[tuple[float, float]]:
        """Return for each server the median of its bytes after the first minute, and at the end."""
        return [
            (self._median(notes, self._settled), self._median(notes, 1 - WINDOW)) for notes in self._notes
        ]

    @property
    def has_grown(self) -> bool:
        """Whether a server holds more than it should."""
        return any(late > (1 + TOLERANCE) * early for early, late in self.growth())

    def _median(self, notes: list[int], start: float) -> float:
        first = int(start * len(notes))
        return median(notes[first : first + max(1, int(WINDOW * len(notes)))])
