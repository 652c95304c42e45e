"""An exercise is its solution without what is between the markers."""

import nbformat
import pytest

from tests.websocket_lab.small_exercise import shouting_solution, tagged
from websocket_lab.grading.exercise_notebook import (
    as_exercise,
    exercise_ids,
    gap_cells,
    read,
    solution_path,
    with_stubs,
    without_markers,
)


def sources(notebook):
    return [cell["source"] for cell in notebook["cells"]]


def test_exercises_are_known_by_their_solutions(course):
    (course / "solutions" / "02_whisper.ipynb").touch()
    (course / "solutions" / "Untitled.ipynb").touch()

    assert exercise_ids() == ["shouting", "whisper"]
    assert solution_path("shouting") == course / "solutions" / "01_shouting.ipynb"


def test_an_unknown_exercise_is_told_which_there_are(course):
    with pytest.raises(LookupError, match=r"There is no exercise 'nope'\. There are: shouting\."):
        solution_path("nope")


def test_without_solutions_the_folder_is_named(course):
    (course / "solutions" / "01_shouting.ipynb").unlink()

    with pytest.raises(LookupError, match="no solutions in "):
        solution_path("shouting")


def test_a_region_becomes_a_stub_at_its_own_indentation():
    code = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n\nx = 1"

    assert with_stubs(code) == "def f():\n    # Your code here\n    ...\n\n\nx = 1"


def test_what_is_outside_stays():
    exercise = as_exercise(shouting_solution())

    assert sources(exercise)[:2] == sources(shouting_solution())[:2]
    assert "return text.upper()" not in sources(exercise)[2]
    assert sources(exercise)[3].count("# Your code here") == 1
    assert sources(exercise)[3].endswith("\n\n    return app")


def test_cells_of_the_solution_only_are_gone():
    assert "other = make_app" not in sources(as_exercise(shouting_solution()))


def test_the_solution_stays_as_it_was():
    solution = shouting_solution()
    before = nbformat.writes(solution)
    as_exercise(solution)

    assert nbformat.writes(solution) == before


def test_every_stub_compiles():
    for code in gap_cells(as_exercise(shouting_solution())):
        compile(code, "cell", "exec")


def test_two_regions_make_two_stubs():
    region = "### BEGIN SOLUTION\na = 1\n### END SOLUTION"

    assert with_stubs(f"{region}\nb = 2\n{region}").count("# Your code here\n...") == 2


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("a = 1\n### BEGIN SOLUTION", "line 2: ### BEGIN SOLUTION has no ### END SOLUTION below it."),
        ("### END SOLUTION", "line 1: ### END SOLUTION has no ### BEGIN SOLUTION above it."),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", "line 2: ### BEGIN SOLUTION stands inside the region"),
        ("    ### BEGIN SOLUTION\n### END SOLUTION", "line 2: ### END SOLUTION is not as far indented"),
        ("x = 1  ### BEGIN SOLUTION", "line 1: ### BEGIN SOLUTION and ### END SOLUTION must stand on a line"),
    ],
)
def test_a_marker_without_a_partner_is_named(code, complaint):
    notebook = nbformat.v4.new_notebook(cells=[tagged("1"), tagged(code, "server")])

    with pytest.raises(ValueError, match=f"^cell 2, {complaint}"):
        as_exercise(notebook)


def test_a_solution_is_read_without_its_markers():
    assert without_markers("a\n### BEGIN SOLUTION\nb\n    ### END SOLUTION\nc") == "a\nb\nc"


def test_a_marker_between_empty_lines_leaves_no_hole():
    assert without_markers("a\n\n### END SOLUTION\n\n\nb") == "a\n\n\nb"


def test_a_notebook_is_read_as_nbformat_reads_it(course):
    path = solution_path("shouting")

    assert read(path) == nbformat.read(path, as_version=4)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"nbformat": 4, "nbformat_minor": 5}', "\x00"])
def test_what_is_no_notebook_is_a_value_error(tmp_path, text):
    path = tmp_path / "essay.ipynb"
    path.write_text(text)

    with pytest.raises(ValueError):
        read(path)
