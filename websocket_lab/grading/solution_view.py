"""`solution(id)` shows how the exercise is solved, `compare(id)` puts the learner's code beside it."""

from typing import Any

from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    String,
)

from websocket_lab.display.card import SCROLLED_BY_KEYS, Card, heading, note, safe
from websocket_lab.grading.code_diff import diff_table, diff_text, rows
from websocket_lab.grading.exercise_notebook import gap_cells, read_solution, solution_path, without_markers
from websocket_lab.grading.last_check import last_source
from websocket_lab.grading.learner_notebook import saved_code
from websocket_lab.grading.progress_file import has_passed, honest_tries


SIGNS = "− stands before what is only in yours, + before what is only in the solution."
ALSO_RIGHT = "Two programs can differ and both be right: the check decides, not the comparison."
WHOLE_NOTEBOOK = "The whole notebook, with the reasons, another way and the usual mistakes, is"
WHOLE_FILE = "The file that runs on its own, with its imports, is"
LOOKS = {
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Comment: "c",
    Number: "m",
    Name.Function: "f",
    Name.Class: "f",
}
TRIES = 3
SO_FAR = {0: "so far there is none", 1: "so far there is one", 2: "so far there are two"}


def lock(function: str, exercise: str) -> Card | None:
    """Return what to say while the solution is closed, or None once it is open."""
    tries = honest_tries(exercise)
    if tries >= TRIES or has_passed(exercise):
        return None

    return note(
        "Not open yet",
        f"This opens when your check passes, or after three tries with different code; {SO_FAR[tries]}.",
        f'A hint may be all that you need: `hint("{exercise}")`. '
        f'To open it now: `{function}("{exercise}", force=True)`.',
    )


def compare(exercise: str, force: bool = False) -> Card:
    """Show the code that was checked last beside the solution's, once the check has passed.

    Args:
        exercise: The exercise's id, such as "private_messages".
        force: Show it even if the check has not passed yet.
    """
    try:
        theirs = solution_code(exercise)
    except LookupError as error:
        return note("No such exercise", str(error))

    closed = None if force else lock("compare", exercise)
    return closed or _comparison(exercise, theirs)


def solution(exercise: str, force: bool = False) -> Card:
    """Show how the solution fills the gaps, once the check has passed or three honest tries have not.

    Args:
        exercise: The exercise's id, such as "private_messages".
        force: Show it even so.
    """
    try:
        code = solution_code(exercise)
    except LookupError as error:
        return note("No such exercise", str(error))

    closed = None if force else lock("solution", exercise)
    return closed or _listing(exercise, code)


def solution_code(exercise: str) -> str:
    """Return the solution's cells that have gaps in the exercise."""
    return "\n\n\n".join(without_markers(cell) for cell in gap_cells(read_solution(exercise)))


def highlighted(code: str) -> str:
    """Return the code as HTML, with classes for keywords, strings, comments, numbers and names defined."""
    pieces = [(_look(token), safe(text)) for token, text in PythonLexer().get_tokens(code)]
    return "".join(f'<span class="{look}">{text}</span>' if look else text for look, text in pieces).rstrip()


def _comparison(exercise: str, theirs: str) -> Card:
    # A check in another copy of the course is not known here, and the notebook is.
    yours = last_source(exercise) or saved_code(exercise)
    if yours is None:
        return note("Nothing to compare yet", f'First check your code: `check("{exercise}", …)`.')

    # Whoever compares inside a solution has its markers, too.
    yours = without_markers(yours)
    compared = rows(yours, theirs)
    if all(row.is_same for row in compared):
        return note("No difference", "Your code and the solution are the same, line by line.")

    text = "\n".join([diff_text(yours, theirs), "", ALSO_RIGHT])
    words = f"<p>{SIGNS} {ALSO_RIGHT}</p>"
    body = f"{heading('Your code beside the solution')}{words}{diff_table(compared)}"
    return Card(text, body, "Your code beside the solution", wide=True)


def _listing(exercise: str, code: str) -> Card:
    path = solution_path(exercise)
    place = f"solutions/{path.name}"
    link = f'<a href="../{safe(place)}">{safe(place)}</a>'
    why = WHOLE_NOTEBOOK if path.suffix == ".ipynb" else WHOLE_FILE
    listing = f'<pre class="wsl-listing" {SCROLLED_BY_KEYS}>{highlighted(code)}</pre>'
    body = f"{heading('The solution')}{listing}<p>{why} {link}.</p>"
    return Card(f"{code}\n\n{why} {place}.", body, "The solution", wide=True)


def _look(token: Any) -> str:
    return next((look for kind, look in LOOKS.items() if token in kind), "")
