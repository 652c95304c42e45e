"""The box below each page: what people see when something does not work, and what to do about it.

The rows for everyone are in `trouble.md`, those of one lesson in `remedies.toml`.
"""

import tomllib
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path


HERE = Path(__file__).parent
TABLE = "|---|---|\n"


@dataclass(frozen=True)
class Remedy:
    """A message that people meet in one lesson, and what to do about it."""

    lesson: int
    see: str
    do: str

    @property
    def row(self) -> str:
        """Its row in the table."""
        return f"| `{self.see}` | {self.do} |\n"


@cache
def remedies() -> list[Remedy]:
    """Return the remedies that belong to one lesson each."""
    content = tomllib.loads((HERE / "remedies.toml").read_text(encoding="utf-8"))
    return [Remedy(**remedy) for remedy in content["remedies"]]


def box(lessons: Container[int]) -> str:
    """Return the folded box; the remedies of these lessons come first."""
    everyone = (HERE / "trouble.md").read_text(encoding="utf-8").strip()
    # Of two lessons that explain one message, the later says more.
    own = {remedy.see: remedy.row for remedy in remedies() if remedy.lesson in lessons}
    return everyone.replace(TABLE, TABLE + "".join(own.values()), 1)
