"""A table says the same in HTML and in text."""

from websocket_lab.display.table import table


CARD = table("Answers", ["", "test", "wire"], [("a <b> path", 4001, "HTTP 403"), ("echo", "hi", "hi")])


def test_columns_stand_below_each_other() -> None:
    assert repr(CARD).splitlines() == [
        "Answers",
        "            test  wire",
        "a <b> path  4001  HTTP 403",
        "echo        hi    hi",
    ]


def test_the_first_cell_names_its_row_and_everything_is_escaped() -> None:
    assert '<th scope="row">a &lt;b&gt; path</th><td data-column="test">4001</td>' in CARD._repr_html_()


def test_a_table_has_a_caption_and_heads() -> None:
    assert '<caption>Answers</caption><thead><tr><td></td><th scope="col">test</th>' in CARD._repr_html_()


def test_long_rows_get_all_the_width() -> None:
    assert table("Ends", ["code", "why"], [(1000, "a word " * 14)]).wide
    assert not CARD.wide
