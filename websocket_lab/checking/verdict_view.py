"""A verdict as a page for the notebook."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from websocket_lab.checking.verdict_text import HEADS, SIGNS, WORDS, details, how_far, shown_steps
from websocket_lab.tap.sequence_diagram import SequenceDiagram, folded_text
from websocket_lab.widgets.card import heading, safe, with_code
from websocket_lab.widgets.look import stylesheet


if TYPE_CHECKING:
    from websocket_lab.checking.verdict import StepResult, Verdict

TEXTS_OF_CODE = {"Your code raised"}


def verdict_html(verdict: "Verdict") -> str:
    """Return the verdict as HTML: the failed step, what was expected and what came; the rest is folded."""
    kind = "passed" if verdict.passed else verdict.outcome.replace(" ", "-")
    parts = [
        f"<style>{stylesheet('checking/verdict.css')}</style>",
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
