"""A your-turn is written once, in the file of its answer; the lesson has it with its gap empty."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from authoring.course import Course
from authoring.your_turns import fill_your_turns
from tests.authoring.conftest import SmallCourse


ANSWER = '''\
"""Lesson 2, your turn: the echo shouts."""

import asyncio


# %% your turn
def make_app():
    ### BEGIN SOLUTION
    return None
    ### END SOLUTION
'''
STUB = "def make_app():\n    # Your code here\n    ..."
Code = Callable[..., NotebookNode]


@pytest.fixture
def turn(course: SmallCourse) -> SmallCourse:
    """A course with the answer of one your-turn, its check and its bank."""
    for file in ("websocket_lab/your_turns/shout.py", "tests/websocket_lab/your_turns/test_shout.py"):
        (course.root / file).parent.mkdir(parents=True)
        (course.root / file).touch()
    write(course, ANSWER)
    return course


def write(course: SmallCourse, answer: str) -> None:
    path = course.root / "solutions/your_turns/02_shout.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answer)


def about_the_turn(course: SmallCourse) -> list[str]:
    return [fault for fault in course.faults() if "shout" in fault]


def test_the_cell_has_what_the_answer_has_but_for_the_gap(turn: SmallCourse, code: Code) -> None:
    lesson = turn.add_lesson("02_echo", code("...", "server", "your-turn:shout"))

    assert fill_your_turns(lesson, turn.root) == []
    assert lesson.cells[0].source == STUB


def test_a_lesson_with_its_check_and_its_hint_has_no_fault(turn: SmallCourse, code: Code) -> None:
    turn.add_lesson(
        "02_echo", code(STUB, "server", "your-turn:shout"), code('check("shout", make_app)\nhint("shout")')
    )

    assert about_the_turn(turn) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ANSWER.replace("# %% your turn", "# %% app"), "has no gap below a line `# %% your turn`"),
        (ANSWER.replace("    ### END SOLUTION\n", ""), "02_shout.py, line 2: ### BEGIN SOLUTION has no"),
        (ANSWER.replace("return None", "\n    ".join("abcde")), "has gaps of [5] lines"),
    ],
)
def test_a_gap_is_marked_and_has_one_to_four_lines(
    turn: SmallCourse, code: Code, answer: str, words: str
) -> None:
    write(turn, answer)
    turn.add_lesson("02_echo", code("...", "server", "your-turn:shout"))

    assert any(words in fault for fault in about_the_turn(turn))


def test_an_answer_that_no_lesson_asks_for_is_a_fault(turn: SmallCourse, code: Code) -> None:
    turn.add_lesson("02_echo", code("1"))

    assert (
        "solutions/your_turns/02_shout.py is in no lesson; "
        "tag a cell of notebooks/02_echo.ipynb server and your-turn:shout."
    ) in about_the_turn(turn)


def test_a_cell_that_asks_for_no_answer_is_a_fault(turn: SmallCourse, code: Code) -> None:
    lesson = turn.add_lesson("02_echo", code("kept", "server", "your-turn:whisper"))

    assert [str(fault) for fault in fill_your_turns(lesson, turn.root)] == [
        "notebooks/02_echo.ipynb, cell 1 asks for the your-turn whisper; "
        "correct the tag, or write solutions/your_turns/02_whisper.py."
    ]
    assert lesson.cells[0].source == "kept"


def test_it_needs_the_tag_server_a_check_a_bank_and_the_calls(turn: SmallCourse, code: Code) -> None:
    (turn.root / "websocket_lab/your_turns/shout.py").unlink()
    (turn.root / "tests/websocket_lab/your_turns/test_shout.py").unlink()
    turn.add_lesson("02_echo", code(STUB, "your-turn:shout"))

    found = "\n".join(turn.faults())
    assert "is a your-turn; tag it server, too." in found
    assert "has no check; write websocket_lab/your_turns/shout.py." in found
    assert "has no bank of right and wrong answers" in found
    assert 'never calls check("shout"); give it a cell.' in found
    assert 'never calls hint("shout"); give it a cell.' in found


def test_what_a_learner_writes_there_is_no_fault(
    turn: SmallCourse, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    turn.add_lesson("02_echo", code(STUB, "server", "your-turn:shout"), code("1"))
    Course.read(turn.root).write()
    text = turn.path("02_echo").read_text()
    turn.path("02_echo").write_text(text.replace("# Your code here", "# Mine"))

    assert [fault for fault in turn.faults() if "sync" in fault] == []
