"""A checklist that is run: each practice is tried on a live server, and the card says what was seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from websocket_lab.practices.best_practices import PRACTICES
from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.widgets.card import Card
from websocket_lab.widgets.table import table


Practice = Callable[[BackgroundServer], str]


@dataclass(frozen=True)
class Finding:
    """What came of one practice on one server."""

    practice: str
    passed: bool
    seen: str

    @property
    def verdict(self) -> str:
        """Whether it passed, as a sign and a word."""
        return "✓ passed" if self.passed else "✗ failed"


def find(practice: Practice, server: BackgroundServer) -> Finding:
    """Try one practice; whatever it raises is a failure, and says why."""
    name = (practice.__doc__ or practice.__name__).partition("\n")[0]
    try:
        return Finding(name, True, practice(server))
    except Exception as error:
        return Finding(name, False, f"{error}" or type(error).__name__)


def find_all(server: BackgroundServer, practices: Iterable[Practice] = PRACTICES) -> list[Finding]:
    """Try practice after practice on a running server."""
    return [find(practice, server) for practice in practices]


def checklist(findings: Iterable[Finding]) -> Card:
    """Return the findings as a list to read."""
    rows = [(finding.practice, finding.verdict, finding.seen) for finding in findings]
    passed = sum(verdict == "✓ passed" for _, verdict, _ in rows)
    return table(f"{passed} of {len(rows)} passed", ["Practice", "", "What was seen"], rows)
