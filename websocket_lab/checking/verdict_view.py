"""A verdict as a page for the notebook."""

from typing import TYPE_CHECKING

from websocket_lab.checking.verdict_text import HEADS, SIGNS, WORDS, details, how_far, shown_steps
from websocket_lab.tap.sequence_diagram import folded_text
from websocket_lab.widgets.card import heading, safe, with_code
from websocket_lab.widgets.look import stylesheet


if TYPE_CHECKING:
    from websocket_lab.checking.verdict import StepResult, Verdict

TEXTS_OF_CODE = {"Your code raised"}


def verdict_html(verdict: "Verdict") -> str:
    """Return the verdict as HTML: head, steps, what was expected and what came, and the picture."""
    kind = "passed" if verdict.passed else verdict.outcome.replace(" ", "-")
    parts = [
        f"<style>{stylesheet('checking/verdict.css')}</style>",
        f'<div class="wsl wsl-verdict wsl-{kind}" role="group" aria-label="Verdict: {safe(verdict.title)}">',
        f'<p class="wsl-verdict-head"><strong>{safe(HEADS[verdict.outcome])}</strong>'
        f" <span>{safe(verdict.title)} · {verdict.seconds:.1f} s</span></p>",
        _message(verdict),
        _steps(verdict),
        _details(verdict),
        _picture(verdict),
        "</div>",
    ]
    return "\n".join(filter(None, parts))


def _message(verdict: "Verdict") -> str:
    # Below, the same is told in parts.
    text = how_far(verdict) if verdict.expected else verdict.message
    return f'<p class="wsl-verdict-message">{with_code(text)}</p>'


def _steps(verdict: "Verdict") -> str:
    items = "".join(map(_step, shown_steps(verdict)))
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
    if verdict.diagram is None or not verdict.diagram.arrows:
        return ""

    text = folded_text(verdict.diagram.text)
    shown = f"{heading('What crossed the wire')}{verdict.diagram.picture}{text}"
    return (
        f"<div>{shown}</div>"
        if not verdict.passed
        else f"<details><summary>See the last step on the wire</summary>{shown}</details>"
    )
