"""A question that is answered before a cell is run, and by it."""

import pytest

from websocket_lab.widgets.prediction import Prediction


def question() -> Prediction:
    return Prediction("How many messages leave the server?", ["1", "2", "3"])


def test_a_right_prediction_is_confirmed() -> None:
    prediction = question()
    prediction.choose("3")

    assert (
        prediction.reveal(3, "each gets one.") == "✓ You predicted “3”, and so it was, because each gets one."
    )


def test_a_wrong_prediction_is_told_what_happened() -> None:
    prediction = question()
    prediction.choose(2)

    said = prediction.reveal(3, because="each gets one")

    assert said == "✗ You predicted “2”. It was “3”, because each gets one."


def test_without_a_prediction_the_answer_is_told() -> None:
    assert question().reveal(3) == "You made no prediction. It was “3”."


def test_what_is_no_reason_is_a_sentence_of_its_own() -> None:
    assert question().reveal(3, note="See below") == "You made no prediction. It was “3”. See below."


def test_half_a_surrogate_pair_is_shown_escaped() -> None:
    prediction = Prediction("What comes back for \ud83d?", ["\ud83d", "nothing"])
    prediction.choose("\ud83d")

    said = prediction.reveal("\ud83d", because="the server sent \ud83d")

    assert said == "✓ You predicted “\\ud83d”, and so it was, because the server sent \\ud83d."
    assert repr(prediction).encode()


HELLO = "You will send “Hello”. What comes back?", ["Hello", "Echo: Hello", "nothing"]


def test_who_chose_wrongly_reads_what_that_would_have_meant() -> None:
    prediction = Prediction(*HELLO)
    prediction.choose("nothing")
    said = prediction.reveal("Echo: Hello", "it is written so")

    assert said.startswith(
        "✗ You predicted “nothing”. It was “Echo: Hello”, because it is written so.\n"
        "A server may stay silent; "
    )
    assert prediction.feedback in str(prediction)
    assert prediction.feedback in prediction._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("chosen", ["", "Echo: Hello"])
def test_who_chose_rightly_or_nothing_reads_the_reason_alone(chosen: str) -> None:
    prediction = Prediction(*HELLO)
    prediction.chosen = chosen

    assert prediction.reveal("Echo: Hello", "it is written so").endswith(", because it is written so.")
    assert prediction.feedback == ""


def test_before_the_answer_nothing_of_it_is_told() -> None:
    prediction = Prediction(*HELLO)
    prediction.choose("nothing")

    assert "stay silent" not in str(prediction) + str(prediction.get_state())


def test_an_answer_that_was_no_option_is_told_too() -> None:
    prediction = question()
    prediction.choose(2)

    assert prediction.reveal("none at all") == "✗ You predicted “2”. It was “none at all”."


def test_the_outcome_is_displayed_without_quotation_marks() -> None:
    assert repr(question().reveal(3)) == "You made no prediction. It was “3”."


def test_after_the_answer_nothing_can_be_chosen() -> None:
    prediction = question()
    prediction.reveal(3)
    prediction.choose(3)

    assert prediction.chosen == ""


def test_choosing_what_is_no_option_names_the_options() -> None:
    with pytest.raises(ValueError, match="'4' is not one of the options: 1, 2, 3"):
        question().choose(4)


def test_as_text_it_shows_question_choice_and_outcome() -> None:
    prediction = question()
    prediction.choose(2)
    prediction.reveal(2)

    assert str(prediction).splitlines()[1:] == [
        "( ) 1",
        "(•) 2",
        "( ) 3",
        "✓ You predicted “2”, and so it was.",
    ]


def test_without_a_kernel_it_is_html_with_everything_escaped() -> None:
    data, _ = Prediction("<script>", ["<img src=x>", 'a"b'])._repr_mimebundle_()

    assert "<script" not in data["text/html"] and "<img" not in data["text/html"]
    assert "a&quot;b" in data["text/html"]
