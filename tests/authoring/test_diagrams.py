"""Diagrams get their look and their words from `sync`."""

from authoring.diagrams import LOOK, with_look


TALK = "before\n```mermaid\nsequenceDiagram\n    Ana->>Server: hi\n    Server--xBen: hi, lost\n```\nafter"
FLOW = "```mermaid\nflowchart LR\n    Ana --> Server\n```"


def test_messages_are_the_words_of_a_diagram() -> None:
    assert with_look(TALK, "").splitlines()[2:5] == [
        LOOK,
        "sequenceDiagram",
        "    accTitle: Ana to Server: hi · Server to Ben: hi, lost",
    ]


def test_a_line_break_in_a_message_is_a_space_in_words() -> None:
    assert "accTitle: Ana to Server: hi there" in with_look(TALK.replace(": hi\n", ": hi<br/>there\n"), "")


def test_the_rest_stays() -> None:
    text = with_look(TALK, "")

    assert text.startswith("before\n```mermaid\n") and text.endswith("Server--xBen: hi, lost\n```\nafter")


def test_doing_it_again_changes_nothing() -> None:
    assert with_look(with_look(TALK, ""), "") == with_look(TALK, "")
    assert with_look(with_look(FLOW, "Words."), "Others.") == with_look(FLOW, "Words.")


def test_a_changed_message_changes_the_words() -> None:
    assert "accTitle: Ana to Server: hello" in with_look(
        with_look(TALK, "").replace(": hi\n", ": hello\n"), ""
    )


def test_an_authors_title_stays() -> None:
    titled = FLOW.replace("LR\n", "LR\n    accTitle: Ana reaches the server\n")

    assert with_look(titled, "Others.").count("accTitle") == 1
    assert "accTitle: Ana reaches the server" in with_look(titled, "Others.")


def test_other_code_is_left_alone() -> None:
    assert with_look("```python\nAna->>Server: hi\n```", "") == "```python\nAna->>Server: hi\n```"
