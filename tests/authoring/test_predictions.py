"""A prediction that leaves a wrong guess without a word is told whose; so is a sentence for nobody."""

import pytest

from authoring.predictions import feedback_faults


ASK = 'codes = [1000, 1006, "none"]\nguess = Prediction("Which?", codes)'
PLACE = "websocket_lab/wrong_guesses/02_echo.toml"


def found(course, code, answer, sentences):
    course.add_wrong_guesses("02_echo", f'["Which?"]\n{sentences}')
    lesson = course.add_lesson("02_echo", code(ASK), code(answer))
    return [str(fault) for fault in feedback_faults(lesson, course.root)]


@pytest.mark.parametrize(
    ("answer", "sentences", "those"),
    [
        ('guess.reveal("none")', "", "“1000” or “1006”"),
        ('guess.reveal("none")', '"1000" = "…"', "“1006”"),
        ("print(guess.reveal(ana.close_code))", '"none" = "…"', "“1000” or “1006”"),
        ("said = guess.reveal(code)", "", "“1000” or “1006” or “none”"),
    ],
)
def test_a_wrong_guess_gets_no_sentence(course, code, answer, sentences, those):
    assert found(course, code, answer, sentences) == [
        f"{PLACE} says nothing to those who answer {those} to “Which?”; write below that question, "
        "for each that is wrong, what it would have meant."
    ]


@pytest.mark.parametrize("right", ['"none"', "ana.close_code"], ids=["written down", "measured"])
def test_every_wrong_guess_gets_a_sentence(course, code, right):
    assert found(course, code, f"guess.reveal({right})", '"1000" = "…"\n"1006" = "…"') == []


def test_without_its_file_no_wrong_guess_gets_a_sentence(course, code):
    lesson = course.add_lesson("02_echo", code(ASK), code('guess.reveal("none")'))

    assert len(list(feedback_faults(lesson, course.root))) == 1


@pytest.mark.parametrize("more", ['"1001" = "…"', '["What?"]\n"1000" = "…"'], ids=["option", "question"])
def test_a_sentence_is_for_nobody(course, code, more):
    (fault,) = found(course, code, 'guess.reveal("none")', f'"1000" = "…"\n"1006" = "…"\n{more}')

    assert fault.startswith(f"{PLACE} has a sentence for nobody below “")
