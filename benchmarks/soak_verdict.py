"""What a soak came to."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.memory_watch import MemoryWatch
from websocket_lab.display.table import table


SHOWN = 10


@dataclass(frozen=True)
class Verdict:
    """Whether all was well, and if not, what was wrong.

    Args:
        counts: How often what has happened.
        faults: What was lost, came twice, or came in another order.
        memory: What the servers held.
        complaints: What the logs hold that they should not.
    """

    counts: dict[str, int]
    faults: list[str]
    memory: MemoryWatch
    complaints: list[str]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing has grown, and no log complains."""
        return not self.faults and not self.complaints and not self.memory.has_grown

    def __str__(self) -> str:
        """Return a table, the first of the faults, and the verdict."""
        rows = [(name, f"{count:,}") for name, count in self.counts.items()]
        for number, (early, late) in enumerate(self.memory.growth(), start=1):
            rows.append(
                (f"memory of server {number}", f"{early / 1e6:.1f} MB, at the end {late / 1e6:.1f} MB")
            )
        rows += [
            ("lost, doubled, out of order", f"{len(self.faults):,}"),
            ("grown after the first minute", "yes" if self.memory.has_grown else "no"),
            ("complaints in logs", f"{len(self.complaints):,}"),
        ]
        lines = [
            *self.faults[:SHOWN],
            *self.complaints[:SHOWN],
            "All is well." if self.is_good else "Not all is well.",
        ]
        return "\n".join([str(table("Soak", ["what", "how much"], rows)), *lines])


def complaints(logs: list[Path], known: str, words: str) -> list[str]:
    """Return all lines of the servers' logs, and the warnings of Redis that it did not begin with."""
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return lines + [line for line in words.splitlines() if " # " in line and line not in known.splitlines()]
