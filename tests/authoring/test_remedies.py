"""The box below a page begins with what its lessons warn of."""

from authoring.navigation import box


def test_a_lesson_has_its_own_remedies_before_those_for_everyone() -> None:
    rows = box([8]).partition("|---|---|\n")[2].splitlines()

    assert rows[0].startswith("| `dictionary changed size during iteration` |")
    assert rows[1].startswith("| `AssertionError: This kernel does not have the course's packages…`")


def test_a_message_of_two_lessons_stands_there_once_in_the_words_of_the_later() -> None:
    assert box(range(9)).count("| `HTTP 403` |") == 1
    assert "each value in it with its type and its rules" in box(range(9))


def test_without_lessons_there_is_what_everyone_may_see() -> None:
    assert "changed size" not in box([])
    assert "NameError" in box([])
