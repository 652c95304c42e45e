"""The hints of “Sign-in ticket”."""

HINTS = {
    "": (
        "A ticket has a life: it is made, it is taken, or it expires. Which line of yours does each?",
        "One dict is enough: from each ticket to the moment at which it expires.",
        "`ticket = secrets.token_urlsafe(16)`, and later: `self.expiries.pop(ticket, 0.0)`",
    ),
    "the_right_token_gets_a_ticket": (
        "What does `issue()` return?",
        "The module secrets makes texts that nobody can guess: `secrets.token_urlsafe(16)`.",
    ),
    "no_token_gets_no_ticket": (
        "What happens in sign_in when the token is wrong?",
        "`raise HTTPException(401, …)` before a ticket is made.",
    ),
    "each_ticket_is_new": (
        "When is your ticket made: once, or at each call?",
        "Call `secrets.token_urlsafe(16)` inside `issue()`.",
    ),
    "a_ticket_opens_a_connection": (
        "How does `redeem()` know a ticket that `issue()` made?",
        "`issue()` puts it into `self.expiries`, `redeem()` looks there and returns True or False.",
        "`self.expiries[ticket] = time.monotonic() + self.lifetime`",
    ),
    "nothing_else_opens_one": (
        "What does the endpoint do when `redeem()` returns False?",
        '`await websocket.close(4001, "Invalid ticket")`, and then return, before the welcome.',
    ),
    "a_ticket_works_once": (
        "What is left of a ticket after `redeem()`?",
        "Take it out of the dict in `redeem()`: `self.expiries.pop(ticket, 0.0)` returns and removes.",
    ),
    "everyone_has_a_ticket": (
        "How many tickets can your server remember?",
        "One entry for each ticket, and `redeem()` removes that one alone.",
    ),
    "one_ticket_admits_one": (
        "What can happen between your look at the ticket and its removal?",
        "Where there is an await in between, another client has its turn. Remove the ticket first.",
        "`self.expiries.pop(ticket, 0.0)` looks and removes in one step.",
    ),
    "a_ticket_expires": (
        "When does `redeem()` look at the clock?",
        "`issue()` writes down `time.monotonic() + self.lifetime`; `redeem()` compares with the time now.",
        "`return self.expiries.pop(ticket, 0.0) > time.monotonic()`",
    ),
}
