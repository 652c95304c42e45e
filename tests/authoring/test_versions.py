"""What is tried with other versions is there, and what has changed is told in sentences."""

from authoring.lock import PYTHONS
from authoring.versions import COMBINATIONS, ROOT, TESTS, changes, pinned, try_versions


def test_every_file_of_tests_exists():
    named = [argument for arguments in TESTS.values() for argument in arguments if argument[:6] == "tests/"]

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_pinned_versions_are_read():
    assert {"fastapi", "ipykernel", "pytest"} <= pinned().keys()


def test_a_newer_version_is_a_sentence():
    assert changes({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "1"}) == [
        "b is 3 now; the course is pinned to 2."
    ]


def test_no_newer_version_is_a_sentence_too():
    assert changes({"a": "1"}, {"a": "1"}) == ["Nothing is newer than what the course is pinned to."]


def test_each_python_that_has_wheels_is_tried():
    assert set(PYTHONS) <= {each.python for each in COMBINATIONS}


def test_a_word_that_no_combination_has_is_no_success():
    assert try_versions("nobody's") == 1
