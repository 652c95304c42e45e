"""The fast track leads to sections that exist, for each of its topics."""

import re
from pathlib import Path

import pytest

from authoring.prose import Prose
from authoring.prose_rules import link_faults


ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fast_track.md"
TEXT = PAGE.read_text(encoding="utf-8")
FOLDERS = {"exercises": (4, 5, 6, 7), "notebooks": (2, 3, 4, 5, 6, 7, 8)}


def test_each_of_its_links_leads_to_a_heading_that_exists() -> None:
    assert [str(fault) for fault in link_faults("docs/fast_track.md", Prose(TEXT), PAGE, ROOT)] == []


@pytest.mark.parametrize(("folder", "numbers"), FOLDERS.items())
def test_it_leads_to_each_lesson_and_exercise_of_its_topics(folder: str, numbers: tuple[int, ...]) -> None:
    assert [number for number in numbers if f"](../{folder}/{number:02}_" not in TEXT] == []


def test_its_minutes_are_two_hours() -> None:
    minutes = [int(found) for found in re.findall(r"\| (\d+) \|$", TEXT, re.MULTILINE)]

    assert abs(sum(minutes) - 120) <= 10
