"""A verdict as text, with everything that its picture says."""

from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from websocket_lab.checking.verdict import StepResult, Verdict

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
    for heading, text in details(verdict):
        yield f"{heading}:\n{indent(text, '  ')}"
    if verdict.expected:
        yield "\n".join(["All steps:", *steps])
    if verdict.diagram is not None and verdict.diagram.arrows:
        yield f"What crossed the wire:\n{indent(verdict.diagram.text, '  ')}"
