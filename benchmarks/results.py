"""What was measured: medians, ratios to the first, a table, and a plot."""

import re
from collections import defaultdict
from pathlib import Path
from statistics import median

from matplotlib import pyplot

from websocket_lab.experiments.plots import STYLE


class Results:
    """Numbers of one benchmark, by contestant and by column.

    Args:
        title: What was measured, with its unit.
        columns: What distinguishes the numbers of one contestant.
        within_rows: Compare each number with the first of its row, not with the first of its column.
        ratios: Whether numbers are compared at all; the parts of a whole are not.
    """

    def __init__(
        self, title: str, columns: list[str], within_rows: bool = False, ratios: bool = True
    ) -> None:
        self.title = title
        self.columns = columns
        self.within_rows = within_rows
        self.ratios = ratios
        self.numbers: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, name: str, column: str, number: float) -> None:
        """Note one number."""
        self.numbers[name][column].append(number)

    def median(self, name: str, column: str) -> float | None:
        """Return the median of what was noted, if anything was."""
        found = self.numbers[name][column]
        return median(found) if found else None

    def table(self) -> str:
        """Return all medians, each with how it compares to the first of its column, or of its row."""
        width = max(len(name) for name in self.numbers)
        head = f"{'':{width}}" + "".join(f"{column:>20}" for column in self.columns)
        rows = [
            f"{name:{width}}" + "".join(f"{self._words(name, column):>20}" for column in self.columns)
            for name in list(self.numbers)
        ]
        return "\n".join([self.title, head, *rows, ""])

    def plot(self, folder: Path) -> Path:
        """Draw the medians of each column as bars, and return the picture's path."""
        pyplot.style.use(STYLE)
        names, columns = list(self.numbers), self.columns
        figure, axes = pyplot.subplots(
            1, len(columns), figsize=(3 + 3 * len(columns), 1 + 0.35 * len(names)), sharey=True, squeeze=False
        )
        for column, plot in zip(columns, axes[0], strict=True):
            values = [self.median(name, column) or 0.0 for name in names]
            plot.barh(names, values, height=0.6, color="#0b5cad")
            for row, name in enumerate(names):
                plot.annotate(
                    self._words(name, column).split()[0] if values[row] else "–",
                    (values[row], row),
                    (4, 0),
                    textcoords="offset points",
                    va="center",
                )
            plot.set(title=column, xlim=(0, 1.25 * max(values) or 1))
            plot.grid(axis="y", visible=False)
        axes[0][0].invert_yaxis()
        figure.suptitle(self.title, x=0.01, ha="left", weight="bold")
        folder.mkdir(exist_ok=True)
        path = folder / f"{'_'.join(re.findall('[a-z0-9]+', self.title.partition(':')[0].lower()))}.svg"
        figure.savefig(path)
        pyplot.close(figure)
        return path

    def _words(self, name: str, column: str) -> str:
        value = self.median(name, column)
        if value is None:
            return "–"
        return f"{value:.3g}{self._ratio(name, column, value)}"

    def _ratio(self, name: str, column: str, value: float) -> str:
        if not self.ratios:
            return ""
        if self.within_rows:
            first = self.median(name, self.columns[0])
            return f"  ({value / first:.2f}×)" if first else ""
        first = self.median(next(iter(self.numbers)), column)
        return f"  ({first / value:.1f}×)" if first and value else ""
