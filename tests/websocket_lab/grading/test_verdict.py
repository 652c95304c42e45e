"""A verdict: the same in the picture, in the text, and for programs."""

import re
from dataclasses import replace
from html import unescape

from websocket_lab.display.sequence_diagram import Arrow, Kind, SequenceDiagram
from websocket_lab.grading.verdict import VERDICT_JSON, Outcome, StepResult, Verdict


VERDICT = Verdict(
    "private_messages",
    "Private messages",
    Outcome.FAILED,
    "Expected: Ben receives it. He received <b>nothing</b>.",
    steps=(
        StepResult("first", "Everyone receives.", passed=True),
        StepResult("second", "Ben receives it.", passed=False),
        StepResult("third", "Eve does not.", passed=None),
    ),
    expected="Ben receives it.",
    came="He received <b>nothing</b>.",
    cause="Send it to him.",
    hint="Who is Ben?",
    diagram=SequenceDiagram(["Ana"], [Arrow("Ana", to_server=True, label="<i>hi</i>", kind=Kind.TEXT)]),
)


HI = "&lt;i&gt;hi&lt;/i&gt;"


def words(html: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def page(verdict: Verdict) -> str:
    return str(verdict._repr_mimebundle_()["text/html"])


def test_the_failed_step_has_a_name_and_a_claim() -> None:
    assert (VERDICT.step, VERDICT.claim) == ("second", "Ben receives it.")


def test_page_and_text_say_the_same() -> None:
    for told in (
        "Everyone receives.",
        "failed here",
        "not reached",
        "Send it to him.",
        "Who is Ben?",
        "<i>hi</i>",
    ):
        assert told in repr(VERDICT)
        assert told in words(page(VERDICT))


def test_first_come_the_failed_step_what_was_expected_what_came_and_the_cause() -> None:
    for text in (repr(VERDICT), words(page(VERDICT))):
        told = ("Step 2 fails:", "Ben receives it.", "Expected", "He received", "Send", "Everyone", "crossed")
        places = [text.index(words) for words in told]

        assert places == sorted(places)


def test_the_wire_is_folded_and_shows_first_what_is_wrong() -> None:
    wrong = Arrow("Ben", to_server=False, label="nothing came", kind=Kind.FAULT, mark="missing")
    verdict = replace(VERDICT, diagram=SequenceDiagram(["Ana", "Ben"], [*VERDICT.diagram.arrows, wrong]))
    before, _, wire = page(verdict).partition("<summary>What crossed the wire</summary>")

    assert before.endswith("<details>")
    assert "<svg" not in before
    first, _, rest = wire.partition("All of this step")
    assert ("missing" in first, HI in first) == (True, False)
    assert ("missing" in rest, HI in rest) == (True, True)


def test_everything_on_the_page_is_escaped() -> None:
    assert "<b>" not in page(VERDICT)
    assert "<i>" not in page(VERDICT)


def test_programs_get_the_verdict_as_json() -> None:
    data = VERDICT._repr_mimebundle_()[VERDICT_JSON]

    assert data["outcome"] == "failed"
    assert (data["id"], data["passed"], data["step"]) == ("private_messages", False, "second")
    assert [step["passed"] for step in data["steps"]] == [True, False, None]


def test_a_verdict_is_true_if_it_passed() -> None:
    assert not VERDICT
    assert Verdict("x", "X", Outcome.PASSED, "")
