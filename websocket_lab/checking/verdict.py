"""What a check found, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from websocket_lab.checking.verdict_text import verdict_text
from websocket_lab.checking.verdict_view import verdict_html
from websocket_lab.server.safe_text import readable
from websocket_lab.tap.sequence_diagram import SequenceDiagram


VERDICT_JSON = "application/vnd.websocket-lab.verdict+json"


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"
    ERROR = "error"
    TIMED_OUT = "timed out"
    ENVIRONMENT = "environment"


@dataclass(frozen=True)
class StepResult:
    """How one step went.

    Attributes:
        name: The step's function.
        claim: What is right after it, in a sentence.
        passed: True, False, or None if it was not reached.
    """

    name: str
    claim: str
    passed: bool | None


@dataclass(frozen=True)
class Verdict:
    """What a check found; it shows itself in a notebook, and as text.

    Attributes:
        id: The exercise's id.
        title: The exercise's name as people read it.
        outcome: How the check ended.
        message: What happened and what to do, in a few sentences.
        steps: Every step of the exercise, in order.
        expected: What should have happened at the failed step, as a sentence, or "".
        came: What happened instead, or "".
        cause: What usually leads there, or "".
        trace: The learner's own lines of an exception, or "".
        hint: The first hint for the failed step, or "".
        diagram: What crossed the wire at the last step that was reached, or None.
        seconds: How long the check took.
    """

    id: str
    title: str
    outcome: Outcome
    message: str
    steps: Sequence[StepResult] = ()
    expected: str = ""
    came: str = ""
    cause: str = ""
    trace: str = ""
    hint: str = ""
    diagram: SequenceDiagram | None = field(default=None, compare=False)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Make sure that all texts can be shown, whatever the learner's code has sent or raised."""
        for name in ("id", "title", "message", "expected", "came", "cause", "trace", "hint"):
            object.__setattr__(self, name, readable(getattr(self, name)))

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.outcome is Outcome.PASSED

    @property
    def step(self) -> str:
        """The name of the failed step, or "" if none failed."""
        return next((step.name for step in self.steps if step.passed is False), "")

    @property
    def claim(self) -> str:
        """What the failed step wants, in a sentence, or "" if none failed."""
        return next((step.claim for step in self.steps if step.passed is False), "")

    @property
    def data(self) -> dict[str, Any]:
        """The verdict for programs."""
        names = ("id", "outcome", "passed", "step", "claim", "message")
        steps = [{"name": step.name, "claim": step.claim, "passed": step.passed} for step in self.steps]
        return {name: getattr(self, name) for name in names} | {"steps": steps}

    def __bool__(self) -> bool:
        """Say whether everything is right."""
        return self.passed

    def __repr__(self) -> str:
        """Return the verdict as text."""
        return verdict_text(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the verdict as a page, as text, and for programs."""
        return {"text/plain": repr(self), "text/html": verdict_html(self), VERDICT_JSON: self.data}
