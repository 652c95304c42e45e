"""The check of lesson 3's your-turn: a client that breaks a rule is told which, by code and reason."""

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.text_harness import TextHarness


REASON = "At least one guest, please"


@step(
    "For which numbers is your condition true? Only for 0, please.",
)
def guests_get_their_cake(server: TextHarness) -> None:
    """Guests still get their cake, and `bye` still ends with 1000."""
    ana = server.enter("Ana")
    for guests in (4, 1, 250):
        ana.sends(str(guests), TOO_STRICT)
        ana.hears_text(f"{1000 / guests:.0f} g each", TOO_STRICT)
    ana.sends("bye", TOO_STRICT)
    ana.is_closed(1000, {"closed": "The loop ends at `bye`, and `converse` closes with 1000. Leave it so."})


TOO_STRICT = {
    "nothing": "A number of guests gets its answer, as before. Does your line let it through?",
    "closed": "Only 0 guests break the rule; every other number gets its answer, as before.",
    "other": "The share is 1,000 g divided by the guests, as before.",
}


@step()
def no_guests_break_a_rule(server: TextHarness) -> None:
    """At 0 guests, the connection is closed with 1008."""
    ana = server.enter("Ana")
    ana.sends("0")
    ana.is_closed(1008, ANOTHER_END)


ANOTHER_END = {
    "nothing": "The contract asks for a close, not for a text: raise `WebSocketException(1008, …)`.",
    "1011": "1011 says that your code broke. Look at the number before you divide by it, and raise "
    "`WebSocketException(1008, …)`: the client broke a rule.",
    "1006": "The endpoint ended without a close frame. `WebSocketDisconnect` only reports that a client "
    "has left; to close with a code, raise `WebSocketException(1008, …)`.",
    "1000": "1000 says that both are done. The client broke a rule: raise `WebSocketException(1008, …)`.",
    "closed": "The code for a broken rule is 1008.",
}


@step(
    'Code and reason: `WebSocketException(1008, "…")`.',
)
def the_reason_names_the_rule(server: TextHarness) -> None:
    """The reason is “At least one guest, please”."""
    ana = server.enter("Ana")
    ana.sends("0")
    ana.is_closed(1008, ANOTHER_END)
    ana.reads_reason(REASON, NO_REASON)


NO_REASON = 'The reason is the second argument: `WebSocketException(1008, "At least one guest, please")`.'


@step(
    "Is “00” the same text as “0”? Is it the same number?",
    "`if int(text) == 0:`",
)
def every_zero_is_zero(server: TextHarness) -> None:
    """“00” and “٠”, the Arabic zero, are 0 guests, too."""
    for zero in ("00", "٠"):
        ana = server.enter("Ana")
        ana.sends(zero)
        ana.is_closed(1008, ANOTHER_END | {"1011": MANY_ZEROS})


MANY_ZEROS = (
    "The text is another than “0”, but the number is the same, and you divide by it. "
    "Compare the number: `int(text) == 0`."
)


EXERCISE = Exercise(
    title="No guests at all",
    harness=TextHarness,
    steps=(
        guests_get_their_cake,
        no_guests_break_a_rule,
        the_reason_names_the_rule,
        every_zero_is_zero,
    ),
    hints=(
        "The two lines above the gap close the connection at a text that is no number. Do the same.",
        "`if int(text) == 0:`, and below it `raise WebSocketException(1008, …)` with the reason.",
    ),
    seconds=20.0,
)
