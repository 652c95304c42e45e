"""The check of lesson 6's your-turn: the first message must be the token, or the connection is closed."""

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_harness import TextHarness


TOKEN, REASON = "secret-token", "Invalid token"


def is_rejected(server: TextHarness, offered: str, likely: Causes) -> None:
    """Have Eve offer a token, which must close her connection with 4001 and a reason."""
    eve = server.enter("Eve")
    eve.sends(offered, {"closed": "Receive the token before you close."})
    eve.is_closed(4001, likely)
    eve.reads_reason(REASON, NO_REASON)
    eve.must(not eve.client.messages, "receives nothing before", "was welcomed", NOT_BEFORE)


NO_REASON = 'The reason is the second argument: `websocket.close(4001, "Invalid token")`.'
NOT_BEFORE = "Look at the token first, then welcome."


@step()
def the_right_token_is_welcome(server: TextHarness) -> None:
    """Ana sends the right token, is welcomed, and has her echo."""
    ana, text = server.enter("Ana"), word()
    ana.sends(TOKEN, NOT_WELCOME)
    ana.hears_text("Welcome", NOT_WELCOME)
    ana.sends(text, NOT_WELCOME)
    ana.hears_text(f"Echo: {text}", NOT_WELCOME)


NOT_WELCOME = {
    "nothing": "Receive one text, the token, and go on: below the gap, the welcome is sent already.",
    "closed": "The right token was rejected. `is_right(…)` says whether the first text is the token.",
    f"Echo: {TOKEN}": "The token came back as an echo: the first text is not for the loop.",
    "other": "Leave the welcome and the echo, below the gap, as they are.",
}


@step()
def a_wrong_token_is_rejected(server: TextHarness) -> None:
    """A wrong token closes the connection with 4001 “Invalid token”, and nothing is sent before."""
    is_rejected(server, word(), ACCEPTED)


ACCEPTED = {
    "nothing": 'A wrong token is accepted. Write `return await websocket.close(4001, "Invalid token")`.',
    "1006": "The endpoint ended without a close frame. Close with a code before it returns.",
    "closed": "The code is 4001, one of our own.",
}


@step()
def almost_right_is_wrong(server: TextHarness) -> None:
    """A token that is too short, too long, empty or not ASCII is wrong, too."""
    for offered in (TOKEN[:-1], f"{TOKEN}s", "", "sécret-token"):
        is_rejected(server, offered, ALMOST)


ALMOST = ACCEPTED | {
    "nothing": "A token that is only almost right is accepted. Compare all of it: `is_right(…)` does.",
    "1006": "The endpoint ended without a close frame. `secrets.compare_digest` raises an exception if a "
    "text is not ASCII; `is_right(…)` encodes both first.",
}


EXERCISE = Exercise(
    title="Ask for the token first",
    harness=TextHarness,
    steps=(the_right_token_is_welcome, a_wrong_token_is_rejected, almost_right_is_wrong),
    hints=(
        "Two lines: receive a text and compare it; close the connection if it is wrong.",
        "`is_right(…)`, above, compares. `receive_text()` waits for the first message.",
        "`if not is_right(await websocket.receive_text()):`, and below it "
        '`return await websocket.close(4001, "Invalid token")`.',
    ),
    seconds=20.0,
)
