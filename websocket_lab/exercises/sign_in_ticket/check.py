"""The check of “Sign-in ticket”: a ticket is random, lives for some seconds, and opens one connection."""

import itertools
import time
from functools import partial

from websocket_lab.client.connection_state import State
from websocket_lab.exercises.sign_in_ticket.harness import (
    RIGHT_TOKEN,
    SHORT_LIFE,
    TicketHarness,
    alike,
    knock,
    path_with,
    ticket_in,
)
from websocket_lab.grading.event import shown
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import Mismatch, at_once, word
from websocket_lab.grading.timing import Patience, sleep_until


FEWEST_SIGNS = 16
# Two random tickets agree at few places, also where they have dashes or begin with the same word.
MOST_ALIKE = 0.75
# Seconds. How long a welcome takes while four knock at once, so that each of them knocks during it.
SLOW_LINE = 0.1
A_MOMENT = 0.1


@step(
    "What does `issue()` return?",
    "The module secrets makes texts that nobody can guess: `secrets.token_urlsafe(16)`.",
)
def the_right_token_gets_a_ticket(server: TicketHarness) -> None:
    """The right token gets a ticket, a text of at least 16 characters."""
    ticket = server.ticket()
    if len(ticket) < FEWEST_SIGNS:
        wanted = f"A ticket has at least {FEWEST_SIGNS} characters."
        came = f"This one has {len(ticket)}: {ticket!r}."
        raise Mismatch(wanted, came, "secrets.token_urlsafe(16) has 22.")


@step(
    "What happens in sign_in when the token is wrong?",
    "`raise HTTPException(401, …)` before a ticket is made.",
)
def no_token_gets_no_ticket(server: TicketHarness) -> None:
    """A wrong token, or none, gets HTTP 401 and no ticket."""
    wrong = [None, "", "Bearer", f"Bearer {word()}", f"Bearer {RIGHT_TOKEN}x", f"Bearer {RIGHT_TOKEN[:-1]}"]
    for authorization in wrong:
        status, text = server.ask(authorization)
        if status != 401 or ticket_in(text):
            header = "no header Authorization" if authorization is None else f"Authorization: {authorization}"
            raise Mismatch(
                f"POST /tickets with {header} is answered with HTTP 401.",
                f"The answer was HTTP {status} {shown(text)}.",
                "Compare the whole token before you make a ticket. A missing header must have a default: "
                "without one, FastAPI answers with 422.",
            )


@step(
    "When is your ticket made: once, or at each call?",
    "Call `secrets.token_urlsafe(16)` inside `issue()`.",
)
def each_ticket_is_new(server: TicketHarness) -> None:
    """No ticket is like another: nobody can guess the next one."""
    tickets = [server.ticket() for _ in range(12)]
    for one, other in itertools.combinations(tickets, 2):
        if alike(one, other) > MOST_ALIKE:
            raise Mismatch(
                "Each ticket is new and random.",
                f"Two tickets were {one} and {other}.",
                "A counter, or the time, can be guessed. Let secrets.token_urlsafe(16) make each ticket.",
            )


@step(
    "How does `redeem()` know a ticket that `issue()` made?",
    "`issue()` puts it into `self.expiries`, `redeem()` looks there and returns True or False.",
    "`self.expiries[ticket] = time.monotonic() + self.lifetime`",
)
def a_ticket_opens_a_connection(server: TicketHarness) -> None:
    """A ticket opens a connection: a welcome, and then an echo of each text."""
    ana = server.admits("Ana", server.ticket(), NOT_WELCOME)
    text = word()
    try:
        ana.client.send(text)
        Patience(2.0).wait(partial(ana.client.wait_for, f"Echo: {text}"))
    except (TimeoutError, ConnectionError) as error:
        cause = "After the welcome the connection stays open."
        raise Mismatch(f"Ana receives Echo: {text}.", str(error), cause) from None


NOT_WELCOME = {
    "nothing": 'Whoever has a valid ticket gets {"type": "welcome"}.',
    "closed": "This ticket is new. Is it remembered when it is made, with the time at which it expires?",
}


@step(
    "What does the endpoint do when `redeem()` returns False?",
    '`await websocket.close(4001, "Invalid ticket")`, and then return, before the welcome.',
)
def nothing_else_opens_one(server: TicketHarness) -> None:
    """Without a ticket that you gave, nobody gets in: 4001, and no welcome."""
    ticket = server.ticket()
    other_end = "a" if ticket[-1] != "a" else "b"
    for guess in (
        word() + word(),
        None,
        "",
        RIGHT_TOKEN,
        ticket[:-1] + other_end,
        ticket[:-1],
        ticket + "x",
        "ü",
    ):
        server.refuses("Eve", guess, NOT_YOURS)
    server.refuses("Eve", None, NOT_YOURS, token=RIGHT_TOKEN)


NOT_YOURS = {
    "nothing": "This is no ticket of yours. Take it out of the ones that you gave: if it was not there, "
    "close with 4001.",
    "closed": "The code for whatever is wrong with a ticket is 4001. A KeyError ends a connection with 1006.",
}


@step(
    "What is left of a ticket after `redeem()`?",
    "Take it out of the dict in `redeem()`: `self.expiries.pop(ticket, 0.0)` returns and removes.",
)
def a_ticket_works_once(server: TicketHarness) -> None:
    """A ticket is used up as soon as it has opened a connection, and stays so."""
    ticket = server.ticket()
    ana = server.admits("Ana", ticket, NOT_WELCOME)
    server.refuses("Eve", ticket, USED_UP)
    ana.leaves()
    server.refuses("Eve", ticket, USED_UP)


USED_UP = {
    "nothing": "The ticket was used before. Forget it in the moment in which you look it up: "
    "dict.pop does both.",
    "closed": "A used ticket is closed with 4001, like any other that is not valid.",
}


@step(
    "How many tickets can your server remember?",
    "One entry for each ticket, and `redeem()` removes that one alone.",
)
def everyone_has_a_ticket(server: TicketHarness) -> None:
    """Ana's ticket stays valid while Ben gets one, and while Eve guesses."""
    tickets = [server.ticket() for _ in range(3)]
    for name, ticket in zip(("Ana", "Ben", "Ana"), reversed(tickets), strict=True):
        server.refuses("Eve", word(), NOT_YOURS)
        server.admits(name, ticket, OTHERS_TICKET)


OTHERS_TICKET = NOT_WELCOME | {
    "closed": "This ticket is as good as the others. Remember all of them; forget only the one that is used."
}


@step(
    "What can happen between your look at the ticket and its removal?",
    "Where there is an await in between, another client has its turn. Remove the ticket first.",
    "`self.expiries.pop(ticket, 0.0)` looks and removes in one step.",
)
def one_ticket_admits_one(server: TicketHarness) -> None:
    """Four clients connect at the same moment with the same ticket: the server accepts exactly one."""
    for _ in range(3):
        path = path_with(server.ticket())
        server.next_step()
        knocking = [server.person(path, name) for name in ("Ana", "Ben", "Eve", "Eve's friend")]
        with server.slow_lines(SLOW_LINE):
            at_once(knock, knocking)
        inside = [person.name for person in knocking if person.client.state is State.OPEN]
        if len(inside) != 1:
            raise Mismatch(
                "Exactly one of the four gets in.",
                f"In came {' and '.join(inside) or 'nobody'}.",
                "Between the look at the ticket and its removal the server waited, and others looked "
                "meanwhile. Do both in one step without await: dict.pop.",
            )


@step(
    "When does `redeem()` look at the clock?",
    "`issue()` writes down `time.monotonic() + self.lifetime`; `redeem()` compares with the time now.",
    "`return self.expiries.pop(ticket, 0.0) > time.monotonic()`",
)
def a_ticket_expires(server: TicketHarness) -> None:
    """A ticket lives as long as make_app was told: half that time is fine, a moment more is too late."""
    server.shorten_lives()
    given, (young, old) = time.monotonic(), (server.ticket(), server.ticket())
    made = time.monotonic()
    sleep_until(given + SHORT_LIFE / 2)
    ana = server.comes("Ana", young)
    # On a machine that was busy for so long, this proves nothing.
    if time.monotonic() < given + SHORT_LIFE - A_MOMENT:
        ana.hears({"type": "welcome"}, TOO_SOON)
    sleep_until(made + SHORT_LIFE + A_MOMENT)
    server.refuses("Eve", old, TOO_LATE)


TOO_SOON = {
    "nothing": "Half of its lifetime is left. Is the lifetime in seconds, as time.monotonic() is?",
    "closed": "Half of its lifetime is left. Is the lifetime in seconds, as time.monotonic() is?",
}
TOO_LATE = {
    "nothing": "Its time is over. Remember with each ticket when it expires, and compare that with "
    "time.monotonic() when the ticket comes back.",
    "closed": "A ticket that comes too late is closed with 4001, like any other that is not valid.",
}


EXERCISE = Exercise(
    title="Sign-in ticket",
    harness=TicketHarness,
    seconds=45.0,
    is_timed=True,
    steps=(
        the_right_token_gets_a_ticket,
        no_token_gets_no_ticket,
        each_ticket_is_new,
        a_ticket_opens_a_connection,
        nothing_else_opens_one,
        a_ticket_works_once,
        everyone_has_a_ticket,
        one_ticket_admits_one,
        a_ticket_expires,
    ),
    hints=(
        "A ticket has a life: it is made, it is taken, or it expires. Which line of yours does each?",
        "One dict is enough: from each ticket to the moment at which it expires.",
        "`ticket = secrets.token_urlsafe(16)`, and later: `self.expiries.pop(ticket, 0.0)`",
    ),
)
