"""Step 14's shelf: a file on which one server leaves what the next one goes on with.

Used by: server_snippets.step_14_lifespan
"""

# %% imports
import json
from pathlib import Path
from tempfile import gettempdir


# %% shelf
class Shelf:
    """How many pages of each report are written, in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(gettempdir()) / "websocket_lab_reports.json"

    def put(self, reports: dict[str, int]) -> None:
        """Leave these reports for the next server."""
        self.path.write_text(json.dumps(reports))

    def take(self) -> dict[str, int]:
        """Return what was left, and take it off the shelf, so that nobody does it twice."""
        if not self.path.exists():
            return {}
        reports: dict[str, int] = json.loads(self.path.read_text())
        self.path.unlink()
        return reports
