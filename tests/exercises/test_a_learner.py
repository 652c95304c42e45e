"""A learner opens an exercise, gets it wrong, takes a hint, fixes it, and compares it with the solution."""

import os
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.jupyterlab import KERNEL, JupyterLab, NotebookPage, within
from websocket_lab.grading.exercise_notebook import BEGIN, solution_path, without_markers
from websocket_lab.grading.verdict import VERDICT_JSON


ROOT = Path(__file__).resolve().parents[2]
# A folder in which to keep pictures of each stage.
PICTURES = os.environ.get("WEBSOCKET_LAB_PICTURES")
SET_SOURCE = """([index, source]) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.widgets[index].model.sharedModel.setSource(source);
}"""
RUN_HIDDEN = f"(code) => {KERNEL}.requestExecute({{ code, silent: true }}).done"


@dataclass(frozen=True)
class Mistake:
    """What a learner writes in place of a piece of the solution, and what the check says to it."""

    exercise: str
    right: str
    wrong: str
    said: str


MISTAKES = [
    Mistake("private_messages", "text.split(maxsplit=2)", "text.split()", "too many values to unpack"),
    Mistake("typing_indicator", "await self.show(member, active=True)", "pass", "received nothing for"),
    Mistake("online_users", " if websocket in inside", "", "What came"),
    Mistake("message_history", "self.history[member.room].append(event)", "pass", "What came"),
]


class Desk:
    """The learner's screen: one exercise, with what stands under its cells."""

    def __init__(self, page: NotebookPage, name: str) -> None:
        self.page = page
        self.name = name
        self.cells = [cell["source"] for cell in page.content()["cells"]]
        within(
            page.page, RUN_HIDDEN, 60, f"import os; os.environ['WEBSOCKET_LAB_PROGRESS'] = {self._progress!r}"
        )

    @property
    def _progress(self) -> str:
        return str(self.page.path.parent.parent / f"{self.name}.sqlite3")

    def run(self, part: str) -> str:
        """Run the one cell that holds `part`; return what it shows."""
        (index,) = [index for index, source in enumerate(self.cells) if part in source]
        self.page.run_cell(index)
        return self.page.output(index)

    @property
    def outcome(self) -> str:
        """How the last check ended."""
        outputs = [output for cell in self.page.content()["cells"] for output in cell.get("outputs", [])]
        verdicts = [output.get("data", {}).get(VERDICT_JSON) for output in outputs]
        return [verdict["outcome"] for verdict in verdicts if verdict][-1]

    def write(self, old: str, new: str) -> None:
        """Replace the code of a cell, and run it."""
        index = self.cells.index(old)
        self.page.page.evaluate(SET_SOURCE, [index, new])
        self.cells[index] = new
        self.page.run_cell(index)

    def unfold_the_verdict(self) -> None:
        """Unfold what the verdict folds, by keyboard."""
        details = self.page.page.locator(".wsl-verdict > details").last
        details.locator("> summary").focus()
        self.page.page.keyboard.press("Enter")
        expect(details).to_have_attribute("open", "")

    def picture(self, stage: str) -> None:
        """Keep a picture of the screen, if somebody wants to look at it."""
        if PICTURES:
            self.page.screenshot(Path(PICTURES, f"{self.name}_{stage}.png"))


def gaps(name: str) -> list[tuple[str, str]]:
    """Return for each cell with a gap the code that is shipped, and the code that solves it."""
    exercise, solution = (
        nbformat.read(ROOT / folder / f"{name}.ipynb", as_version=4) for folder in ("exercises", "solutions")
    )
    shipped = {cell.id: cell.source for cell in exercise.cells}
    return [
        (shipped[cell.id], without_markers(cell.source))
        for cell in solution.cells
        if cell.cell_type == "code" and BEGIN in cell.source
    ]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.exercise)
def test_from_a_first_try_to_the_comparison(lab: JupyterLab, mistake: Mistake) -> None:
    slug, name = mistake.exercise, solution_path(mistake.exercise).stem
    page = lab.open(f"exercises/{name}.ipynb", viewport={"width": 1280, "height": 1400})
    desk = Desk(page, name)
    page.run_all()
    assert "so far there is none" in desk.run(f'compare("{slug}")')

    for shipped, solved in gaps(name):
        desk.write(shipped, solved.replace(mistake.right, mistake.wrong))
    assert mistake.said in desk.run(f'check("{slug}"')
    desk.picture("1_wrong")
    desk.unfold_the_verdict()
    assert "Hint 1 of" in desk.run(f'hint("{slug}")')
    desk.picture("2_hint")
    assert "so far there is one" in desk.run(f'compare("{slug}")')

    for _, solved in gaps(name):
        desk.write(solved.replace(mistake.right, mistake.wrong), f"# mended\n{solved}")
    desk.run(f'check("{slug}"')
    assert desk.outcome == "passed"
    desk.picture("3_passed")
    compared = desk.run(f'compare("{slug}")')
    desk.picture("4_compared")
    assert "The solution" in compared
    assert "# mended" in compared
    assert page.errors() == []
