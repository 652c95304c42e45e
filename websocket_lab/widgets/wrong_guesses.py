"""What those who predict wrongly are told: what their answer would have meant, or needed.

The sentences of a lesson are in `wrong_guesses/`, in a file that has the lesson's name: beside its code
they would be in the way, and would give the answer away.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


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
