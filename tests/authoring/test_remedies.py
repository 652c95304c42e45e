"""A lesson's remedies stand in a box below it, and on the page with those of all lessons."""

from pathlib import Path

from authoring.navigation import box, remedies, remedy_table


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def test_a_lesson_has_its_own_remedies_and_no_others() -> None:
    rows = box(8).partition("|---|---|\n")[2].splitlines()

    assert rows[0].startswith("| `dictionary changed size during iteration` |")
    assert rows[1:] == ["", "</details>"]


def test_a_lesson_without_remedies_has_no_box() -> None:
    assert box(0) == ""


def test_the_page_has_the_remedies_of_all_lessons() -> None:
    assert all(remedy_table(remedy.lesson) in PAGE for remedy in remedies())
