"""A question that you answer before you run a cell, and that the cell answers."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from traitlets import List, Unicode

from websocket_lab.display.look import stylesheet
from websocket_lab.display.subshell_widget import SubshellWidget
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.safe_text import encodable


FOLDER = Path(__file__).parent.parent / "wrong_guesses"

# By question, then by the answer that was wrong.
WrongGuesses = Mapping[str, Mapping[str, str]]


@cache
def wrong_guesses() -> WrongGuesses:
    """Return the sentences of all lessons."""
    files = [read_wrong_guesses(file) for file in sorted(FOLDER.glob("*.toml"))]
    return {question: sentences for file in files for question, sentences in file.items()}


def read_wrong_guesses(file: Path) -> WrongGuesses:
    """Return the sentences of one lesson."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


class Revealed(str):
    """A prediction's outcome in words, which a cell displays without quotation marks."""

    def __repr__(self) -> str:
        """Return the words themselves."""
        return str(self)


class Prediction(SubshellWidget):
    """A question with options to choose from before the run, and its answer after it.

    Below the answer, a wrong choice is told what it would have meant: see `wrong_guesses`.

    Args:
        question: What will happen?
        options: The answers to choose from.
    """

    _esm = Path(__file__).with_name("prediction.js")
    _css = stylesheet("widgets/prediction.css")

    question = Unicode().tag(sync=True)
    options = List(Unicode()).tag(sync=True)
    chosen = Unicode().tag(sync=True)
    answer = Unicode().tag(sync=True)
    outcome = Unicode().tag(sync=True)
    feedback = Unicode().tag(sync=True)

    def __init__(self, question: str, options: Sequence[object]) -> None:
        super().__init__(question=encodable(question), options=[encodable(str(option)) for option in options])
        self.add_class("wsl-host")

    def choose(self, option: object) -> None:
        """Choose an option, as a click on it does."""
        choice = encodable(str(option))
        if choice not in self.options:
            raise ValueError(f"{choice!r} is not one of the options: {', '.join(self.options)}.")
        if not self.outcome:
            self.chosen = choice

    def reveal(self, answer: object, because: str = "", note: str = "") -> Revealed:
        """Lock the options, fill in the answer, and return in words how the prediction did.

        Args:
            answer: What happened, usually one of the options.
            because: Why, as a clause: it follows the word “because”.
            note: What else there is to say, as a sentence of its own.
        """
        # A click just before this cell was run may not have arrived yet.
        self.hear_out()
        # In one message, so that a screen reader says all of it at once.
        with self.hold_sync():
            # What a server sent may have half of a surrogate pair, which no page can be sent.
            self.answer = encodable(str(answer))
            self.outcome = outcome_words(self.chosen, self.answer, encodable(because), encodable(note))
            self.feedback = "" if self.chosen == self.answer else self._meaning_of(self.chosen)
        return Revealed("\n".join(self._said()))

    def _meaning_of(self, wrong: str) -> str:
        return wrong_guesses().get(self.question, {}).get(wrong, "")

    def _said(self) -> list[str]:
        return [words for words in (self.outcome, self.feedback) if words]

    def __repr__(self) -> str:
        """Return the question as text, with its options and, once revealed, how it did."""
        options = [f"{'(•)' if option == self.chosen else '( )'} {option}" for option in self.options]
        return "\n".join([self.question, *options, *self._said()])

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live card, and beside it what is shown where there is no kernel."""
        options = "".join(f"<li>{escape(option, quote=True)}</li>" for option in self.options)
        said = "".join(f"<p>{escape(words, quote=True)}</p>" for words in self._said())
        question = escape(self.question, quote=True)
        html = f"<p><strong>Predict:</strong> {question}</p><ul>{options}</ul>{said}"
        return widget_bundle(self.model_id, repr(self), html)


def outcome_words(chosen: str, answer: str, because: str = "", note: str = "") -> str:
    """Return in a sentence or two what was predicted, what happened, and why."""
    reason = f", because {_without_stop(because)}" if because.strip() else ""
    outcome = f"It was “{answer}”{reason}."
    if not chosen:
        said = f"You made no prediction. {outcome}"
    elif chosen == answer:
        said = f"✓ You predicted “{chosen}”, and so it was{reason}."
    else:
        said = f"✗ You predicted “{chosen}”. {outcome}"
    return f"{said} {_without_stop(note)}." if note.strip() else said


def _without_stop(words: str) -> str:
    return words.strip().removesuffix(".")
