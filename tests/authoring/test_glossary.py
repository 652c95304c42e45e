"""The glossary explains the course's words, and the lessons explain them before they use them."""

from pathlib import Path

import pytest

from authoring.course import Course
from authoring.glossary import PAGE, SOURCE


ROOT = Path(__file__).resolve().parents[2]
TERMS = """\
[terms]
frame = "The piece in which a message travels."

[everyday]
terms = [{everyday}]
"""


@pytest.fixture
def glossary(course):
    """Write the small course's terms, of which some may be everyday words; return what is wrong."""

    def glossary(everyday=""):
        source = course.root / SOURCE
        source.parent.mkdir(exist_ok=True)
        source.write_text(TERMS.format(everyday=everyday))
        read = Course.read(course.root)
        return read.texts.get(course.root / PAGE), [
            str(fault) for fault in read.faults if "frame" in str(fault) or SOURCE in str(fault)
        ]

    return glossary


def test_a_term_is_linked_to_the_section_that_explains_it(course, words, glossary):
    course.add_lesson(
        "02_echo", words("# 2 · Echo"), words("## One\nHi.\n\n## The wire\nA *frame* has bits.")
    )

    page, faults = glossary()

    assert faults == []
    assert (
        "| frame | The piece in which a message travels. | [2 · Echo](notebooks/02_echo.ipynb#The-wire) |"
        in page
    )


def test_a_plural_and_a_capital_explain_it_too(course, words, glossary):
    course.add_lesson("02_echo", words("# 2 · Echo"), words("*Frames* have bits."))

    assert glossary()[1] == []


def test_a_term_that_no_lesson_explains_is_named(course, words, glossary):
    course.add_lesson("02_echo", words("# 2 · Echo"), words("A frame has bits, and **frame** is bold."))

    assert glossary()[1] == [
        f"{SOURCE} has “frame”, which no lesson explains; write it in *italics* where one does, "
        "or take it out."
    ]


def early(course, words):
    course.add_lesson("01_polling", words("# 1 · A frame"), words("Here come frames."), words("A frame!"))
    course.add_lesson("02_echo", words("# 2 · Echo"), words("A *frame* has bits."))


def test_the_first_use_before_the_explanation_is_named(course, words, glossary):
    early(course, words)

    assert glossary()[1] == [
        # The title is a promise; the generated cells stand between.
        "notebooks/01_polling.ipynb, cell 5 says “frame” before notebooks/02_echo.ipynb, cell 5 explains it; "
        "explain it here in *italics*, or use another word."
    ]


def test_an_everyday_word_may_be_used_before(course, words, glossary):
    early(course, words)

    assert glossary('"frame"')[1] == []


@pytest.mark.parametrize("text", ["A framework.", "A `frame`.", "A time-frame."])
def test_another_word_is_no_use(course, words, glossary, text):
    course.add_lesson("01_polling", words("# 1 · Polling"), words(text))
    course.add_lesson("02_echo", words("# 2 · Echo"), words("A *frame* has bits."))

    assert glossary()[1] == []


def test_a_glossary_that_cannot_be_read_is_named(course):
    (course.root / SOURCE).parent.mkdir()
    (course.root / SOURCE).write_text("[terms")

    faults = [str(fault) for fault in Course.read(course.root).faults]

    assert any(fault.startswith("authoring/glossary.toml cannot be read (") for fault in faults)


def test_every_row_has_a_term_a_sentence_and_a_link():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "notebooks/" in line]

    assert len(rows) > 70
    assert [row for row in rows if row.count(" | ") != 2 or ". | [" not in row] == []
