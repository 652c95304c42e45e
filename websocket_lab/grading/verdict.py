"""What a check found, step by step, as text and as a page for the notebook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import indent
from typing import Any

from websocket_lab.display.card import heading, safe, with_code
from websocket_lab.display.look import stylesheet
from websocket_lab.display.sequence_diagram import SequenceDiagram, folded_text
from websocket_lab.server.safe_text import readable


# The same in words: meaning never hangs on a sign alone.
SIGNS = {True: "✓", False: "✗", None: "·"}
WORDS = {True: "passed", False: "failed here", None: "not reached"}
HEADS = {
    "passed": "✓ Passed",
    "failed": "✗ Not yet",
    "not started": "○ Not started",
    "error": "✗ Error in your code",
    "timed out": "✗ Timed out",
    "environment": "! Not your fault: the check could not run",
}
TEXTS_OF_CODE = {"Your code raised"}
VERDICT_JSON = "application/vnd.websocket-lab.verdict+json"


def verdict_text(verdict: "Verdict") -> str:
    """Return the verdict as text: the steps, what was expected and what came, and what crossed the wire."""
    return "\n".join(_lines(verdict))


def step_line(number: int, step: "StepResult") -> str:
    """Return one step as a line of text."""
    return f"{SIGNS[step.passed]} {number}. {step.claim} ({WORDS[step.passed]})"


def how_far(verdict: "Verdict") -> str:
    """Return how many steps pass and which one fails, as what introduces that step."""
    right = sum(step.passed is True for step in verdict.steps)
    return f"{right} of {len(verdict.steps)} steps pass. Step {right + 1} fails:"


def shown_steps(verdict: "Verdict") -> Sequence["StepResult"]:
    """Return the steps, unless none was taken because something else is wrong."""
    reached = any(step.passed is not None for step in verdict.steps)
    return verdict.steps if reached or verdict.outcome == "not started" else ()


def details(verdict: "Verdict") -> list[tuple[str, str]]:
    """Return what there is to tell about the failed step: pairs of a heading and a text."""
    pairs = [
        ("Expected", verdict.expected),
        ("What came", verdict.came),
        ("Likely cause", verdict.cause),
        ("Your code raised", verdict.trace),
        ("Hint", verdict.hint),
    ]
    return [(heading, text) for heading, text in pairs if text]


def _lines(verdict: "Verdict") -> Iterator[str]:
    yield f"{HEADS[verdict.outcome]}: {verdict.title} ({verdict.seconds:.1f} s)"
    steps = [f"  {step_line(number, step)}" for number, step in enumerate(shown_steps(verdict), 1)]
    if verdict.expected:
        # What has to be read first, as on the page.
        yield how_far(verdict)
        yield from (line for line, step in zip(steps, verdict.steps, strict=True) if step.passed is False)
    else:
        yield verdict.message
        yield from steps
    for title, text in details(verdict):
        yield f"{title}:\n{indent(text, '  ')}"
    if verdict.expected:
        yield "\n".join(["All steps:", *steps])
    if verdict.diagram is not None and verdict.diagram.arrows:
        yield f"What crossed the wire:\n{indent(verdict.diagram.text, '  ')}"


def verdict_html(verdict: "Verdict") -> str:
    """Return the verdict as HTML: the failed step, what was expected and what came; the rest is folded."""
    kind = "passed" if verdict.passed else verdict.outcome.replace(" ", "-")
    parts = [
        f"<style>{stylesheet('grading/verdict.css')}</style>",
        f'<div class="wsl wsl-verdict wsl-{kind}" role="group" aria-label="Verdict: {safe(verdict.title)}">',
        f'<p class="wsl-verdict-head"><strong>{safe(HEADS[verdict.outcome])}</strong>'
        f" <span>{safe(verdict.title)} · {verdict.seconds:.1f} s</span></p>",
        _message(verdict),
        *_steps_and_details(verdict),
        _picture(verdict),
        "</div>",
    ]
    return "\n".join(filter(None, parts))


def _message(verdict: "Verdict") -> str:
    # Below, the same is told in parts.
    text = how_far(verdict) if verdict.expected else verdict.message
    return f'<p class="wsl-verdict-message">{with_code(text)}</p>'


def _steps_and_details(verdict: "Verdict") -> list[str]:
    steps, details = shown_steps(verdict), _details(verdict)
    if not verdict.expected:
        return [_steps(steps), details]

    failed = [step for step in steps if step.passed is False]
    summary = f"<summary>All {len(steps)} steps</summary>"
    return [_steps(failed), details, f"<details>{summary}{_steps(steps)}</details>"]


def _steps(steps: Sequence["StepResult"]) -> str:
    items = "".join(map(_step, steps))
    return f'<ol class="wsl-verdict-steps">{items}</ol>' if items else ""


def _step(step: "StepResult") -> str:
    kind = {True: "passed", False: "failed", None: "waiting"}[step.passed]
    sign = f'<span class="wsl-sign" aria-hidden="true">{SIGNS[step.passed]}</span>'
    words = f" <em>({WORDS[step.passed]})</em>" if step.passed is False else ""
    spoken = "" if words else f'<span class="wsl-spoken"> ({WORDS[step.passed]})</span>'
    return f'<li class="wsl-step-{kind}">{sign}<span>{with_code(step.claim)}{words}{spoken}</span></li>'


def _details(verdict: "Verdict") -> str:
    rows = "".join(
        f"<dt>{safe(heading)}</dt><dd>{_detail(heading, text)}</dd>" for heading, text in details(verdict)
    )
    return f'<dl class="wsl-verdict-details">{rows}</dl>' if rows else ""


def _detail(heading: str, text: str) -> str:
    if heading == "Hint":
        return f"<details><summary>Show a hint</summary><p>{with_code(text)}</p></details>"
    return f"<pre>{safe(text)}</pre>" if heading in TEXTS_OF_CODE else with_code(text)


def _picture(verdict: "Verdict") -> str:
    diagram = verdict.diagram
    if diagram is None or not diagram.arrows:
        return ""

    first = [arrow for arrow in diagram.arrows if arrow.mark]
    wrong = f"{heading('What is wrong')}{SequenceDiagram(diagram.clients, first).picture}" if first else ""
    whole = f"{heading('All of this step')}{diagram.picture}{folded_text(diagram.text)}"
    return f"<details><summary>What crossed the wire</summary>{wrong}{whole}</details>"


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
