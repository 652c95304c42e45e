"""A card says the same in HTML and in text."""

from websocket_lab.display.card import Card, note, safe


def test_both_are_in_the_bundle():
    card = Card("Hello", "<p>Hello</p>", "greeting")

    assert repr(card) == "Hello"
    assert card._repr_mimebundle_() == {"text/plain": "Hello", "text/html": card._repr_html_()}


def test_a_screen_reader_has_a_name_for_it():
    assert (
        '<div class="wsl wsl-card" role="group" aria-label="&quot;greeting&quot;">'
        in Card("", "", '"greeting"')._repr_html_()
    )


def test_a_note_has_a_title_and_paragraphs():
    card = note("Title", "One.", "Two.")

    assert repr(card) == "Title\nOne.\nTwo."
    assert '<p class="wsl-title">Title</p><p>One.</p><p>Two.</p>' in card._repr_html_()


def test_backticks_make_code_and_everything_is_escaped():
    assert (
        "<p>Call <code>f(&quot;&lt;b&gt;&quot;)</code> &amp; look.</p>"
        in note("", 'Call `f("<b>")` & look.')._repr_html_()
    )


def test_a_character_that_would_turn_the_text_round_is_shown_by_name():
    assert safe("abc\u202edef") == "abc⟨U+202E⟩def"
