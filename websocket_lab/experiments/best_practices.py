"""Six best practices, each a function that sends real clients at a server, and the checklist that runs them.

A practice returns in words what it saw, or raises what went wrong, as a test does.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex

from websocket_lab.client.connection_state import ConnectFailed
from websocket_lab.client.live_client import LiveClient
from websocket_lab.display.card import Card
from websocket_lab.display.table import table
from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.widgets.wire_tap import WireTap


SECONDS = 3.0
# A client that does not read makes the buffers on the way overflow after a few dozen of them.
LONG = "." * 60_000
LONG_TEXTS = 100
BAD_MESSAGES = ("no JSON", "[]", '{"action": "fly"}', '{"action": "subscribe"}')


def disconnections_are_handled(server: BackgroundServer) -> str:
    """Disconnections are handled: who vanishes is missed."""
    with chat(server, "Ana", "Ben") as (ana, ben):
        ana.vanish()
        hear(ben, "left")
    return "Ana's connection was reset, and Ben was told that she left."


def a_bad_client_hurts_nobody(server: BackgroundServer) -> str:
    """A manager sends to all: one bad client hurts nobody."""
    channel = token_hex(4)
    with visitors(server, **dict.fromkeys(("Ana", "Ben", "Eve"), "/ws/json")) as (ana, ben, eve):
        for client in (eve, ben):
            client.send_json({"action": "subscribe", "channel": channel})
            hear(client, "subscribed")
        eve.pause_reading()
        for number in range(LONG_TEXTS):
            ana.send_json({"action": "send", "channel": channel, "message": f"text {number} {LONG}"})
            hear(ben, f"text {number} .")
    return f"Eve read nothing, and Ben received {LONG_TEXTS} long texts."


def input_is_validated(server: BackgroundServer) -> str:
    """Input is validated: a bad message gets an error, and the talk goes on."""
    with visitors(server, Eve="/ws/json") as (eve,):
        for message in BAD_MESSAGES:
            eve.send(message)
            answer = eve.receive_json()
            assert answer.get("type") == "error", f"{message} was answered by {answer}."
        eve.send_json({"action": "echo", "data": "still here"})
        hear(eve, "still here")
    return f"{len(BAD_MESSAGES)} bad messages got an error each, and Eve's next message was delivered."


def authentication_comes_first(server: BackgroundServer) -> str:
    """Authentication comes first: a stranger learns nothing."""
    for path in ("/ws/auth", "/ws/auth?token=guess"):
        with visitors(server, Eve=path) as (eve,):
            code = eve.wait_closed()
            assert code == 4001 and not eve.messages, f"{path}: {eve.messages}, then code {code}."
    with suppress(ConnectFailed), visitors(server, "https://evil.example", Eve="/ws/auth?token=secret-token"):
        raise AssertionError("A page of evil.example was let in.")
    with visitors(server, Ana="/ws/auth?token=secret-token") as (ana,):
        hear(ana, "welcome")
    return "No token, a guess: 4001 at once. A foreign page: refused. Ana: welcome."


def complex_data_is_json(server: BackgroundServer) -> str:
    """Complex data is JSON: what was said comes whole, and says what it is."""
    text = 'Ben: "Lunch\nat noon?" {é}'
    with chat(server, "Ana", "Ben") as (ana, ben):
        ana.send_json({"action": "message", "text": text})
        heard = hear(ben, "Lunch")
        assert heard.startswith("{"), f"Ben received {heard!r}, which is no JSON."
        event = json.loads(heard)
        said = event["type"], event["from"].partition("-")[0], event["text"]
        assert said == ("message", "Ana", text), f"Ben received {event}."
    return "Quotes, a line break and an accent came whole, in an event with type and sender."


def a_heartbeat_finds_the_dead(server: BackgroundServer) -> str:
    """A heartbeat finds connections that died without a sound."""
    with WireTap(server) as tap, chat(tap, "Ana", "Ben") as (_, ben):
        tap.freeze(name="Ana")
        hear(ben, "left", 2 * SECONDS)
    return "Ana's cable was pulled, and Ben was told that she left."


PRACTICES = (
    disconnections_are_handled,
    a_bad_client_hurts_nobody,
    input_is_validated,
    authentication_comes_first,
    complex_data_is_json,
    a_heartbeat_finds_the_dead,
)


@contextmanager
def visitors(
    server: BackgroundServer | WireTap, origin: str | None = None, **paths: str
) -> Iterator[list[LiveClient]]:
    """Connect a client for each name and path; let all vanish at the end."""
    options = {"origin": origin} if origin else {}
    clients = [
        LiveClient(server.url(path), name, deadline=SECONDS, **options) for name, path in paths.items()
    ]
    try:
        yield [client.connect() for client in clients]
    finally:
        for client in clients:
            with suppress(ConnectionError):
                client.vanish()


@contextmanager
def chat(server: BackgroundServer | WireTap, *names: str) -> Iterator[list[LiveClient]]:
    """Let people into a room of their own, under names that nobody has; wait until each is in."""
    room = token_hex(4)
    with visitors(server, **{name: f"/ws/chat/{room}/{name}-{room}" for name in names}) as clients:
        for client in clients:
            hear(client, "joined")
        yield clients


def hear(client: LiveClient, words: str, seconds: float = SECONDS) -> str:
    """Return the next message with these words in it; AssertionError if none comes in time."""
    try:
        return str(client.wait_for(lambda message: words in str(message), seconds))
    except TimeoutError:
        raise AssertionError(f"{client.name} received no “{words}” within {seconds:g} s.") from None


Practice = Callable[[BackgroundServer], str]


@dataclass(frozen=True)
class Finding:
    """What came of one practice on one server."""

    practice: str
    passed: bool
    seen: str

    @property
    def verdict(self) -> str:
        """Whether it passed, as a sign and a word."""
        return "✓ passed" if self.passed else "✗ failed"


def find(practice: Practice, server: BackgroundServer) -> Finding:
    """Try one practice; whatever it raises is a failure, and says why."""
    name = (practice.__doc__ or practice.__name__).partition("\n")[0]
    try:
        return Finding(name, True, practice(server))
    except Exception as error:
        return Finding(name, False, f"{error}" or type(error).__name__)


def find_all(server: BackgroundServer, practices: Iterable[Practice] = PRACTICES) -> list[Finding]:
    """Try practice after practice on a running server."""
    return [find(practice, server) for practice in practices]


def checklist(findings: Iterable[Finding]) -> Card:
    """Return the findings as a list to read."""
    rows = [(finding.practice, finding.verdict, finding.seen) for finding in findings]
    passed = sum(verdict == "✓ passed" for _, verdict, _ in rows)
    return table(f"{passed} of {len(rows)} passed", ["Practice", "", "What was seen"], rows)
