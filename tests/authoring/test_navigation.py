"""Every lesson gets its links, its kernel check and its remedies."""

from authoring.course import Course
from authoring.navigation import FOR_LATER, IMPORT, KERNEL_CHECK, LESSON_CONTENTS, link_line


def furnished(course):
    return [lesson.notebook.cells for lesson in Course.read(course.root).lessons]


def three_lessons(course):
    names = {"01_polling": "Polling", "02_echo": "Your first endpoint", "03_rooms": "Rooms"}
    return [course.add_good_lesson(name, title) for name, title in names.items()]


def test_the_first_lesson_links_on(course):
    first, second, _ = three_lessons(course)

    assert (
        link_line(None, second)
        == f"{LESSON_CONTENTS} | [2 · Your first endpoint\N{NO-BREAK SPACE}→](02_echo.ipynb)"
    )


def test_a_lesson_in_the_middle_links_both_ways(course):
    first, _, third = three_lessons(course)

    assert link_line(first, third) == (
        f"[←\N{NO-BREAK SPACE}1 · Polling](01_polling.ipynb) | {LESSON_CONTENTS} | "
        "[3 · Rooms\N{NO-BREAK SPACE}→](03_rooms.ipynb)"
    )


def test_every_lesson_links_to_all_lessons_and_the_glossary():
    assert LESSON_CONTENTS == "[All lessons](../README.md) | [Glossary](../GLOSSARY.md)"


def test_the_last_lesson_links_back(course):
    three_lessons(course)

    top, end = (furnished(course)[2][position].source for position in (1, -1))

    assert top == f"[←\N{NO-BREAK SPACE}2 · Your first endpoint](02_echo.ipynb) | {LESSON_CONTENTS}"
    assert end.startswith(f"---\n\n{top} | {FOR_LATER}")


def test_the_title_stays_first(course):
    three_lessons(course)

    for cells in furnished(course):
        assert [cell.id for cell in cells[1:4]] == ["navigation-top", "kernel-check-words", "kernel-check"]
        assert cells[0].source.startswith("# ")


def test_the_kernel_check_is_quiet_where_the_packages_are():
    exec(KERNEL_CHECK.format(code=IMPORT))


def test_the_kernel_checks_code_is_folded_and_has_three_lines(course):
    three_lessons(course)

    for _, _, _, check, *_ in furnished(course):
        assert check.metadata["jupyter"] == {"source_hidden": True}
        assert len([line for line in check.source.splitlines() if line]) == 3


def test_an_author_may_move_the_kernel_check(course, words, code):
    check = code("old", "kernel-check")
    course.add_lesson("02_echo", words("# 2 · Echo"), words("The itch."), check, code("1 + 1"))

    sources = [cell.source for cell in furnished(course)[0]]

    assert sources[2] == "The itch."
    assert sources[4].endswith('record_visit("02_echo")')
    assert sources[5] == "1 + 1"


def test_the_lesson_notes_the_visit(course):
    course.add_good_lesson("02_echo", "Your first endpoint")

    assert furnished(course)[0][3].source.endswith('record_visit("02_echo")')


def test_links_to_lessons_show_their_titles(course, words):
    course.add_good_lesson("01_polling", "HTTP and WebSocket")
    course.add_lesson("02_echo", words("# 2 · Echo\n*20 minutes, after [1 · Old](01_polling.ipynb).*"))

    assert "after [1 · HTTP and WebSocket](01_polling.ipynb)" in furnished(course)[1][0].source
