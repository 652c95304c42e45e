"""The predictions of a lesson: what each asks and offers, and what it says to those who guessed wrong."""

import ast
from collections.abc import Iterator
from pathlib import Path

from authoring.faults import Fault
from authoring.lesson import Lesson
from websocket_lab.widgets.prediction import WrongGuesses, read_wrong_guesses


def questions_in(source: str) -> dict[str, tuple[str, list[str]]]:
    """Return, by its name, the question and the options of each `name = Prediction(question, options)`."""
    assigned = dict(_assigned(source))
    return {
        name: (_text(*_looked_up(call.args[:1], assigned)), _options(call, assigned))
        for name, call in assigned.items()
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Prediction"
    }


def answers_in(source: str) -> dict[str, str]:
    """Return, by the prediction's name, what each `name.reveal(answer)` says; "" if that is measured."""
    calls = [node for node in ast.walk(_parsed(source)) if isinstance(node, ast.Call)]
    reveals = [call for call in calls if ast.unparse(call.func).endswith(".reveal")]
    return {ast.unparse(call.func).removesuffix(".reveal"): _text(*call.args[:1]) for call in reveals}


def _assigned(source: str) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _options(call: ast.Call, assigned: dict[str, ast.expr]) -> list[str]:
    (options,) = _looked_up(call.args[1:2], assigned)
    return [_text(option) for option in getattr(options, "elts", [])]


def _looked_up(nodes: list[ast.expr], assigned: dict[str, ast.expr]) -> list[ast.expr]:
    # What is long has a name of its own, on the line above.
    return [assigned.get(ast.unparse(node), node) for node in nodes]


def _text(*nodes: ast.expr) -> str:
    return "".join(str(node.value) for node in nodes if isinstance(node, ast.Constant))


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        # What a cell may hold beside Python, such as %%writefile, asks nobody.
        return ast.Module([], [])


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
