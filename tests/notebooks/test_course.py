"""The repository's own lessons keep every rule."""

from pathlib import Path

from authoring.course import Course


ROOT = Path(__file__).resolve().parents[2]


def test_authoring_check_finds_no_fault():
    assert [str(fault) for fault in Course.read(ROOT).all_faults()] == []
