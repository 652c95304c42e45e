"""A fault: one thing in the course that is not as it should be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Where something is wrong, and what to do about it; together they read as one sentence."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place} {self.problem}"
