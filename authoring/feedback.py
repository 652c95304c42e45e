"""What a prediction says to those who guessed otherwise: each wrong answer has a sentence of its own."""

from collections.abc import Iterator
from pathlib import Path

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.predictions import answers_in, questions_in
from websocket_lab.widgets.wrong_guesses import WrongGuesses, read_wrong_guesses


FOLDER = "websocket_lab/wrong_guesses"


def feedback_faults(lesson: Lesson, root: Path) -> Iterator[Fault]:
    """Yield the wrong guesses that have no sentence, and the sentences that are for nobody."""
    place = f"{FOLDER}/{lesson.path.stem}.toml"
    sentences: WrongGuesses = read_wrong_guesses(root / place) if (root / place).is_file() else {}
    yield from (Fault(place, _silence(*silent)) for silent in _silent(lesson, sentences))
    yield from (Fault(place, _in_vain(question)) for question in _needless(lesson, sentences))


def _silent(lesson: Lesson, sentences: WrongGuesses) -> Iterator[tuple[str, list[str]]]:
    answers = {name: answer for cell in lesson.code for name, answer in answers_in(cell.source).items()}
    for name, (question, options) in _asked(lesson).items():
        told = {*sentences.get(question, {}), answers.get(name)}
        silent = [option for option in options if option not in told]
        # An answer that is measured leaves out one: the right one.
        if len(silent) > (0 if answers.get(name) else 1):
            yield question, silent


def _needless(lesson: Lesson, sentences: WrongGuesses) -> Iterator[str]:
    options = dict(_asked(lesson).values())
    for question, told in sentences.items():
        if not set(told) <= set(options.get(question, [])):
            yield question


def _asked(lesson: Lesson) -> dict[str, tuple[str, list[str]]]:
    return {name: asked for cell in lesson.code for name, asked in questions_in(cell.source).items()}


def _silence(question: str, options: list[str]) -> str:
    those = " or ".join(f"“{option}”" for option in options)
    return (
        f"says nothing to those who answer {those} to “{question}”; write below that question, "
        "for each that is wrong, what it would have meant."
    )


def _in_vain(question: str) -> str:
    return f"has a sentence for nobody below “{question}”; write question and answers as the lesson does."
