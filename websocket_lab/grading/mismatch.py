"""What a check found wrong: what was expected, what came, and which mistake usually leads there."""

from dataclasses import dataclass


@dataclass
class Mismatch(Exception):
    """The learner's server, or client, did not do what the contract says.

    Attributes:
        expected: What should have happened, as a sentence: `Ben receives {"type": "private", …}.`
        came: What happened instead, as a sentence: `Ben received nothing for 2 s.`
        cause: What usually leads there, and what to do; empty if nothing typical is known.
        who: Who received the wrong thing, or nothing; empty if it is about something else.
        message: The message that was wrong; empty if none came.
    """

    expected: str
    came: str
    cause: str = ""
    who: str = ""
    message: str = ""

    def __str__(self) -> str:
        """Return all three as one text."""
        return " ".join(filter(None, [f"Expected: {self.expected}", f"Came: {self.came}", self.cause]))


class SubjectError(Exception):
    """What was passed to `check` cannot be checked: it raises an exception, or it is something else."""


class TooSlow(Exception):
    """The check itself took so long, on a busy machine, that what it saw proves nothing: it begins again."""
