"""The check of lesson 2's your-turn: an endpoint that answers each text in capitals."""

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word
from websocket_lab.grading.text_harness import TextHarness


@step(
    "What does the endpoint above do first?",
    "`await websocket.accept()`",
)
def the_handshake_is_accepted(server: TextHarness) -> None:
    """Ana can connect."""
    server.enter("Ana", likely=REFUSED)


REFUSED = {"refused": "An endpoint begins with `await websocket.accept()`, before it receives anything."}


@step()
def the_answer_is_in_capitals(server: TextHarness) -> None:
    """Ana's text comes back in capitals."""
    ana, text = server.enter("Ana"), word()
    ana.sends(text, ENDED)
    ana.hears_text(f"Echo: {text.upper()}", answers(text))


@step(
    "What happens to a connection when its endpoint returns?",
    "Receive in a loop, as the endpoint above does: `async for text in websocket.iter_text():`.",
)
def each_text_is_answered(server: TextHarness) -> None:
    """Each text is answered once, not only the first."""
    ana = server.enter("Ana")
    for text in (word(), word(), word()):
        ana.sends(text, ENDED)
        ana.hears_text(f"Echo: {text.upper()}", answers(text) | ONCE)


ENDED = {
    "closed": "Your endpoint has returned, which closes the connection. It must go on receiving until "
    "the client leaves: `async for text in websocket.iter_text():`."
}
ONCE = ENDED | {"nothing": "Only the first text is answered. Receive and send in a loop."}


def answers(text: str) -> dict[str, str]:
    """Return what usually leads to another answer to this text."""
    return ENDED | {
        "nothing": "Nothing was sent. Is there an `await websocket.send_text(…)` inside the loop?",
        f"Echo: {text}": "This is the lesson's echo. Make capitals of the text: `text.upper()`.",
        text: "The text comes back as it is. The answer is `Echo: `, then the text in capitals.",
        text.upper(): "The answer begins with `Echo: `, then comes the text in capitals.",
        f"ECHO: {text.upper()}": "Only the client's text is in capitals, not the word `Echo` before it.",
        "Echo: {text.upper()}": 'Python fills in what stands in braces only after an f: `f"Echo: …"`.',
        "other": "The answer is `Echo: `, then the text in capitals, and nothing else.",
    }


EXERCISE = Exercise(
    title="Answer in capitals",
    harness=TextHarness,
    steps=(the_handshake_is_accepted, the_answer_is_in_capitals, each_text_is_answered),
    hints=(
        "The endpoint above does three things: accept, receive, send. Yours does the same three.",
        "Only the last line differs. A Python string has a method that makes capitals of it.",
        "`await websocket.accept()`, then `async for text in websocket.iter_text():`, and in the loop "
        '`await websocket.send_text(f"Echo: {text.upper()}")`.',
    ),
    seconds=15.0,
)
