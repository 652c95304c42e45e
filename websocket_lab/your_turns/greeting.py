"""The check of lesson 5's your-turn: an endpoint with a path parameter and a query parameter."""

from secrets import randbelow

from websocket_lab.client.connection_state import ConnectFailed
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness


def some_number() -> int:
    """Return a number that is not in the code."""
    return 10 + randbelow(90)


def is_greeted(server: TextHarness, query: str, name: str, likely: Causes) -> None:
    """Have Ana connect with this query, and receive a greeting with this name."""
    number = some_number()
    ana = server.enter("Ana", f"/hello/{number}{query}", likely)
    ana.hears_text(f"Hello {name}, you are number {number}", likely)


@step()
def name_and_number_come_from_the_address(server: TextHarness) -> None:
    """Whoever connects to /hello/7?name=Ana is greeted by that name and that number."""
    for query, name in (("?name=Ana", "Ana"), ("?name=Ben%20%26%20Eve", "Ben & Eve")):
        is_greeted(server, query, name, NO_GREETING)


NO_GREETING = {
    "refused": "No endpoint accepts this address. The path is `/hello/{number}`; an argument called `number` "
    "comes from there, one called `name` from the query; and `accept()` comes first.",
    "nothing": "Accept the connection, then send one text.",
    "closed": "The endpoint returned, and sent nothing before.",
    "other": "The text is `Hello {name}, you are number {number}`, in an f-string.",
}


@step(
    "What makes `loud`, above, a parameter that may be left out?",
    '`name: str = "stranger"`',
)
def a_name_may_be_left_out(server: TextHarness) -> None:
    """Without a name, the greeting is for a stranger."""
    is_greeted(server, "", "stranger", NO_DEFAULT)


NO_DEFAULT = NO_GREETING | {
    "refused": 'An address without a name is refused. Give the argument a default: `name: str = "stranger"`.',
    "other": 'The default of the name is `"stranger"`.',
}


@step(
    "What does the type of `client_id`, above, do to /ws/abc?",
    "`number: int`",
)
def a_number_is_an_integer(server: TextHarness) -> None:
    """/hello/seven and /hello/7.5 are refused during the handshake."""
    for path in ("/hello/seven", "/hello/7.5"):
        ana = TextClient(server.server.url(path), "Ana", None)
        server.people.append(ana)
        try:
            ana.client.connect()
        except ConnectFailed:
            continue
        ana.must(False, f"cannot connect to {path}", "can", "The type refuses it: `number: int`.")


EXERCISE = Exercise(
    title="Greet by name and number",
    harness=TextHarness,
    steps=(name_and_number_come_from_the_address, a_name_may_be_left_out, a_number_is_an_integer),
    hints=(
        "The endpoint `join`, above, has a path parameter and a query parameter. So has yours.",
        "Four lines: `@app.websocket(…)`, `async def`, `accept`, `send_text`.",
        '`@app.websocket("/hello/{number}")`, and below it '
        '`async def hello(websocket: WebSocket, number: int, name: str = "stranger"):`.',
    ),
    seconds=15.0,
)
