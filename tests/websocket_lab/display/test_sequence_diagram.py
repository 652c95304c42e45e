"""A sequence diagram says the same as a picture and as text, and nothing in it can do harm."""

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from websocket_lab.display.sequence_diagram import Arrow, Kind, SequenceDiagram


SVG = "{http://www.w3.org/2000/svg}"
PATH = f"{SVG}path"
HELLO = Arrow("Ana", True, '"Hello"', Kind.TEXT)


def broadcast(*names: str) -> list[Arrow]:
    return [Arrow(name, False, '"Hi"', Kind.TEXT) for name in names]


def picture(diagram: SequenceDiagram) -> ElementTree.Element:
    return ElementTree.fromstring(diagram.svg)


def words(diagram: SequenceDiagram) -> list[str]:
    return [text.text or "" for text in picture(diagram).iter(f"{SVG}text")]


def test_text_has_one_line_for_each_arrow() -> None:
    close = Arrow("Benjamin", False, "close 1000", Kind.CLOSE)
    assert SequenceDiagram(["Ana"], [HELLO, close]).text.splitlines() == [
        'Ana → server        text     "Hello"',
        "server → Benjamin   close    close 1000",
    ]


def test_the_picture_has_a_lane_for_each_client_and_one_for_the_server() -> None:
    assert words(SequenceDiagram(["Ana", "Ben"], [HELLO])) == ['"Hello"', "server", "Ana", "Ben"]


def test_a_client_that_was_not_named_gets_a_lane() -> None:
    assert SequenceDiagram([], [HELLO]).clients == ("Ana",)


def test_a_broadcast_is_drawn_at_one_height() -> None:
    assert [len(row) for row in SequenceDiagram([], [HELLO, *broadcast("Ana", "Ben", "Eve")]).rows] == [1, 3]


def test_two_messages_to_one_client_are_two_rows() -> None:
    assert [len(row) for row in SequenceDiagram([], broadcast("Ana", "Ana")).rows] == [1, 1]


def test_what_clients_send_never_shares_a_row() -> None:
    arrows = [HELLO, Arrow("Ben", True, HELLO.label, Kind.TEXT)]
    assert [len(row) for row in SequenceDiagram([], arrows).rows] == [1, 1]


def test_earlier_arrows_are_counted() -> None:
    diagram = SequenceDiagram([], [HELLO], hidden=1200)
    assert diagram.text.startswith("… 1,200 earlier arrows\nAna")
    assert "… 1,200 earlier arrows" in words(diagram)


def test_an_empty_diagram_says_so() -> None:
    assert SequenceDiagram([], []).text == "Nothing has crossed yet."
    assert "Nothing has crossed yet." in words(SequenceDiagram(["Ana"], []))


def test_a_mark_is_shown_with_a_word_and_a_symbol() -> None:
    marked = Arrow("Eve", False, '"Hi"', Kind.TEXT, mark="expected nothing")
    assert SequenceDiagram([], [marked]).text.endswith("✗ expected nothing")
    assert "✗ expected nothing" in words(SequenceDiagram([], [marked]))


def test_the_picture_is_named_for_those_who_cannot_see_it() -> None:
    root = picture(SequenceDiagram(["Ana", "Ben"], [HELLO]))
    name = "Sequence diagram: 1 arrow between the server and Ana, Ben"
    assert (root.get("role"), root.get("aria-label"), root.findtext(f"{SVG}title")) == ("img", name, name)


def test_a_long_label_loses_its_middle_and_is_whole_in_the_text() -> None:
    diagram = SequenceDiagram([], [Arrow("Ana", True, f"begin{'x' * 500}end", Kind.TEXT)])
    label = words(diagram)[0]
    assert (label[:6], label[-4:], label.count("…")) == ("beginx", "xend", 1)
    assert f"begin{'x' * 500}end" in diagram.text


def test_a_broadcast_has_an_arrow_of_its_own_for_each_of_twenty_receivers() -> None:
    names = [f"Client {number}" for number in range(20)]
    root = picture(SequenceDiagram(names, broadcast(*names)))
    lines = [path.get("d", "").split() for path in root.iter(PATH) if path.get("class") == "wsl-line"]

    assert len(lines) == len({y for _, y, _ in lines}) == len({end for _, _, end in lines}) == 20


def test_a_mark_stands_in_the_lane_of_its_client() -> None:
    missing = Arrow("Ben", False, "nothing came", Kind.FAULT, mark="missing")
    root = picture(SequenceDiagram(["Ana", "Ben", "Eve"], [missing]))
    places = {text.text: text.get("x") for text in root.iter(f"{SVG}text")}

    assert places["✗ missing"] == places["Ben"]


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.sampled_from(Kind), st.booleans())
def test_whatever_is_in_it_the_picture_is_well_formed(
    name: str, label: str, mark: str, kind: Kind, to_server: bool
) -> None:
    diagram = SequenceDiagram([name], [Arrow(name, to_server, label, kind, mark)])
    tags = {element.tag.removeprefix(SVG) for element in picture(diagram).iter()}
    assert tags <= {"svg", "title", "style", "path", "g", "rect", "text", "circle"}
    assert len(diagram.text.splitlines()) == 1


def test_in_a_notebook_it_is_a_picture_with_its_text_folded_below() -> None:
    shown = SequenceDiagram([], [Arrow("Ana", True, "<script>", Kind.TEXT)])._repr_mimebundle_()
    assert shown["text/plain"] in repr(SequenceDiagram([], [Arrow("Ana", True, "<script>", Kind.TEXT)]))
    assert "<svg" in shown["text/html"] and "<summary>" in shown["text/html"]
    assert "<script" not in shown["text/html"]
