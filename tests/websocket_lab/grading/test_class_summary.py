"""A class's submissions are summed up by pupil and by exercise."""

from pathlib import Path

import pytest

from websocket_lab.grading.class_summary import pupil, summary
from websocket_lab.grading.headless_check import Report


@pytest.mark.parametrize(
    ("notebook", "name"),
    [
        ("ana.ipynb", "ana"),
        ("ana/07_heartbeat.ipynb", "ana"),
        ("ana/week 2/07_heartbeat.ipynb", "ana"),
        ("heartbeat/ana.ipynb", "ana"),
        ("08_heartbeat/ana/mine.ipynb", "ana"),
    ],
)
def test_a_notebook_belongs_to_the_pupil_whose_folder_it_is_in(
    tmp_path: Path, notebook: str, name: str
) -> None:
    assert pupil(tmp_path / notebook, [tmp_path]) == name


def test_the_current_folder_is_a_folder_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert pupil(Path("ana/07_heartbeat.ipynb"), [Path()]) == "ana"


def test_a_notebook_that_was_asked_for_alone_is_named_as_it_was(tmp_path: Path) -> None:
    asked = [tmp_path / "ana" / "1.ipynb", tmp_path / "ben" / "1.ipynb"]

    assert [pupil(path, asked) for path in asked] == [str(path.with_suffix("")) for path in asked]


def test_one_report_needs_no_summary() -> None:
    assert summary([Report("ana.ipynb", "passed", "heartbeat")], []) == []


def test_each_pupil_and_each_exercise_has_a_line(tmp_path: Path) -> None:
    found = [
        Report(str(tmp_path / "ana" / "1.ipynb"), "passed", "slow_client"),
        Report(str(tmp_path / "ana" / "2.ipynb"), "passed", "heartbeat"),
        Report(str(tmp_path / "ben" / "1.ipynb"), "failed", "slow_client"),
        Report(str(tmp_path / "ben" / "2.ipynb"), "no notebook"),
        Report(str(tmp_path / "eve.ipynb"), "failed", "slow_client"),
    ]

    assert summary(found, [tmp_path]) == [
        "By pupil:",
        "✓ ana  2 of 2 passed",
        "✗ ben  0 of 2 passed · slow_client: failed · unknown exercise: no notebook",
        "✗ eve  0 of 1 passed · slow_client: failed",
        "",
        "By exercise:",
        "✓ heartbeat         1 of 1 passed",
        "✗ slow_client       1 of 3 passed · failed: 2",
        "✗ unknown exercise  0 of 1 passed · no notebook: 1",
    ]
