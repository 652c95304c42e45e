"""An answer that leaves a wrong guess without a word is told whose."""

import pytest

from authoring.feedback import feedback_faults


ASK = 'codes = [1000, 1006, "none"]\nguess = Prediction("Which?", codes)'


def found(course, code, answer):
    lesson = course.add_lesson("02_echo", code(ASK), code(answer))
    return [str(fault).removeprefix("notebooks/02_echo.ipynb, cell 2 ") for fault in feedback_faults(lesson)]


@pytest.mark.parametrize(
    ("answer", "those"),
    [
        ('guess.reveal("none")', "“1000” or “1006”"),
        ('guess.reveal("none", unlike={1000: "…"})', "“1006”"),
        ('print(guess.reveal(ana.close_code, unlike={"none": "…"}))', "“1000” or “1006”"),
        ("said = guess.reveal(code)", "“1000” or “1006” or “none”"),
    ],
)
def test_a_wrong_guess_gets_no_sentence(course, code, answer, those):
    assert found(course, code, answer) == [
        f"says nothing to those who predict {those}; write for each that is wrong what it would have meant: "
        "guess.reveal(…, unlike={option: sentence})."
    ]


@pytest.mark.parametrize("right", ['"none"', "ana.close_code"], ids=["written down", "measured"])
def test_every_wrong_guess_gets_a_sentence(course, code, right):
    assert found(course, code, f'guess.reveal({right}, unlike={{1000: "…", 1006: "…"}})') == []


def test_what_an_answer_says_to_whom_is_no_code(course, code):
    answer = 'code = 1\nprint(\n    guess.reveal(code, unlike={\n        1000: "…",\n    })\n)'
    cell = course.add_lesson("02_echo", code(ASK), code(answer)).code[1]

    assert (cell.lines, cell.code_lines) == (6, 2)
