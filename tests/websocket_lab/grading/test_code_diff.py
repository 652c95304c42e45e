"""Two codes stand side by side, what is the same at one height."""

from websocket_lab.grading.code_diff import Row, diff_table, diff_text, rows


def table(yours, theirs):
    """Return the table without the places where a line may go on below."""
    return diff_table(rows(yours, theirs)).replace("<wbr>", "")


def test_the_same_lines_are_at_one_height():
    assert rows("a\nb\nc", "a\nc") == [Row("a", "a"), Row("b", None), Row("c", "c")]


def test_changed_lines_are_beside_each_other():
    assert rows("a\nb", "a\nx\ny") == [Row("a", "a"), Row("b", "x"), Row(None, "y")]


def test_blanks_at_the_end_of_a_line_do_not_count():
    assert all(row.is_same for row in rows("\na  \nb\n\n", "a\nb"))


def test_the_text_is_a_unified_diff():
    assert diff_text("a\nb", "a\nc") == "--- yours\n+++ the solution\n@@ -1,2 +1,2 @@\n a\n-b\n+c"


def test_a_difference_has_a_sign_and_words_beside_its_colour():
    html = table("a\nb", "a")

    assert '<span class="wsl-sign" aria-hidden="true">−</span>' in html
    assert '<span class="wsl-spoken">only yours:</span>' in html


def test_what_differs_within_a_line_is_marked():
    assert "text.split(<mark>maxsplit=2</mark>)" in table("text.split()", "text.split(maxsplit=2)")


def test_words_are_marked_whole():
    html = table("say_goodbye(websocket)", "self.disconnect(websocket)")

    assert "<mark>say_goodbye</mark>(websocket)" in html
    assert "<mark>self.disconnect</mark>(websocket)" in html


def test_a_name_that_is_another_throughout_is_marked_throughout():
    html = table("[send(c) for c in members]", "[send(each) for each in members]")

    assert "[send(<mark>c</mark>) for <mark>c</mark> in members]" in html
    assert "[send(<mark>each</mark>) for <mark>each</mark> in members]" in html


def test_a_line_goes_on_below_between_words():
    assert '<code style="--wsl-hang: 4ch">self<wbr>.members<wbr>.remove(<wbr>0.5)</code>' in diff_table(
        rows("self.members.remove(0.5)", "")
    )


def test_lines_that_have_little_in_common_are_not_marked():
    assert "<mark>" not in table("return 1", "await everything")


def test_how_far_lines_stand_in_does_not_make_them_alike():
    lines = ["await websocket.send_text(message)", "async with asyncio.timeout(1):"]
    assert "<mark>" not in table(*[" " * 12 + line for line in lines])


def test_code_is_escaped():
    html = table("print('<img src=x onerror=alert(1)>')", "print('<img src=y>')")

    assert "<img" not in html


def test_a_line_that_does_not_fit_goes_on_further_in():
    assert 'style="--wsl-hang: 8ch">    return 1</code>' in table("    return 1", "")
