"""The harness of the sign-in tickets: a token gets a ticket over HTTP, and a ticket opens a connection."""

import json
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import Any, Self
from urllib.parse import urlencode

from starlette.applications import Starlette

from websocket_lab.grading.event import shown
from websocket_lab.grading.harness import CheckedServer, Harness, Mismatch, app_from
from websocket_lab.grading.simulated_client import Causes, SimulatedClient
from websocket_lab.grading.slow_line import SlowLine
from websocket_lab.grading.timing import Patience
from websocket_lab.server.addresses import HOST
from websocket_lab.server.safe_text import encodable


RIGHT_TOKEN = "secret-token"
# Seconds. No ticket expires while a step is about something else.
LONG_LIFE, SHORT_LIFE = 60.0, 1.0
HTTP_PATIENCE = 5.0
LONGEST_ANSWER = 100_000
NO_TICKET = {
    "refused": "The right token comes in the header Authorization, as: Bearer secret-token.",
    "nothing": 'Answer with {"ticket": …}, and let the function that makes a ticket return it.',
    "half": "Half a surrogate pair cannot stand in an address. secrets.token_urlsafe(16) makes what can.",
}


class TicketHarness(Harness):
    """A server that gives tickets for a token, and takes them at `/ws/auth`."""

    vocabulary = frozenset({"welcome"})

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._past_errors: list[str] = []

    def __enter__(self) -> Self:
        """Start the learner's server, with tickets that live long."""
        self._start(LONG_LIFE)
        return self

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    def shorten_lives(self) -> None:
        """Start the learner's server again, with tickets that live for a second."""
        self._past_errors = self.errors
        self.server.stop()
        self._start(SHORT_LIFE)

    def ask(self, authorization: str | None = f"Bearer {RIGHT_TOKEN}") -> tuple[int, str]:
        """Ask for a ticket with this header, or without it; return the status and the text of the answer."""
        headers = {} if authorization is None else {"Authorization": authorization}
        connection = HTTPConnection(HOST, self.server.port, timeout=HTTP_PATIENCE)
        try:
            connection.request("POST", "/tickets", headers=headers)
            answer = connection.getresponse()
            # Not all of it: an answer without an end would fill the memory.
            return answer.status, answer.read(LONGEST_ANSWER).decode(errors="replace")
        except (OSError, HTTPException) as error:
            raise Mismatch(
                "POST /tickets is answered.", f"It was not: {error or type(error).__name__}"
            ) from None
        finally:
            connection.close()

    def ticket(self) -> str:
        """Return a new ticket for the right token."""
        status, text = self.ask()
        wanted = 'POST /tickets with the right token is answered with {"ticket": "…"}.'
        if not 200 <= status < 300:
            raise Mismatch(wanted, f"The answer was HTTP {status} {shown(text)}.", NO_TICKET["refused"])

        ticket = ticket_in(text)
        if not isinstance(ticket, str) or not ticket:
            raise Mismatch(wanted, f"The answer was {shown(text)}.", NO_TICKET["nothing"])
        if encodable(ticket) != ticket:
            raise Mismatch(wanted, f"The answer was {shown(text)}.", NO_TICKET["half"])
        return ticket

    def comes(self, name: str, ticket: str | None, **more: str) -> SimulatedClient:
        """Return a person who knocks at `/ws/auth` with a ticket, or without one, and is accepted."""
        person = self.person(path_with(ticket, **more), name)
        person.connects(KNOCK)
        return person

    def admits(self, name: str, ticket: str, likely: Causes) -> SimulatedClient:
        """Have someone with this ticket be welcomed; return them."""
        person = self.comes(name, ticket)
        person.hears({"type": "welcome"}, likely)
        return person

    def refuses(self, name: str, ticket: str | None, likely: Causes, **more: str) -> None:
        """Have someone with this ticket, or without one, be closed with 4001 and receive nothing else."""
        person = self.comes(name, ticket, **more)
        person.is_closed(4001, likely)
        heard = person.client.messages
        came = f"received {shown(str(heard[:1]))} first"
        person.must(not heard, "is closed with 4001 and receives nothing before", came, WELCOMED_FIRST)

    def _start(self, lifetime: float) -> None:
        self._line = SlowLine(app_from(with_lifetime(self.subject, lifetime)))
        self.server = CheckedServer(self._line).start()


KNOCK = {
    "refused": "Accept first: before accept() there is only HTTP, and no client could read the code 4001.",
}
WELCOMED_FIRST = "Look at the ticket before you welcome anybody."


def path_with(ticket: str | None, **more: str) -> str:
    """Return the address, on the server, at which someone knocks with a ticket, or without one."""
    return f"/ws/auth?{urlencode(more if ticket is None else {'ticket': ticket} | more)}"


def ticket_in(text: str) -> object:
    """Return the ticket in an answer's JSON, or None if there is none."""
    try:
        answer = json.loads(text)
    except (RecursionError, ValueError):
        return None
    return answer.get("ticket") if isinstance(answer, dict) else None


def with_lifetime(subject: Any, lifetime: float) -> Any:
    """Return a function that makes the learner's server with tickets of this lifetime; else as it is."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, lifetime)


def alike(one: str, other: str) -> float:
    """Return at which part of their places two texts have the same character."""
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return same / max(len(one), len(other))


def knock(person: SimulatedClient) -> None:
    """Have a person try to get in, and receive a welcome or be closed."""
    person.connects()
    try:
        Patience(2.0).wait(person.client.receive)
    except (TimeoutError, ConnectionError):
        # Whoever is closed receives nothing, and whoever receives nothing is not in.
        person.leaves()
