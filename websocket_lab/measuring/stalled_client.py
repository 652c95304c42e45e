"""A day on which Eve stalls: her connection is open, and she reads nothing of what Ana says to all."""

from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

from starlette.types import ASGIApp

from server_snippets.backlog import SlowClients
from websocket_lab.client.connection_state import State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.server.background_server import BackgroundServer


# A few dozen of them fill the buffers on the way to Eve.
LONG = "." * 100_000
SILENCE = 5.0
END = "the end"


def when_ben_hears(app: ASGIApp, texts: int = 100, **uvicorn_options: Any) -> list[float]:
    """Return at which second Ben hears each text that Ana says on `/ws` while Eve reads nothing.

    Ana speaks on as soon as Ben has heard her, and gives up when he hears nothing for five seconds.
    """
    heard: list[float] = []
    with BackgroundServer(app, **uvicorn_options) as server:
        eve, ben, ana = _people(server, "Eve", "Ben", "Ana")
        eve.pause_reading()
        start = monotonic()
        with suppress(TimeoutError):
            for number in range(texts):
                ana.send(text := f"{number} {LONG}")
                ben.wait_for(text, deadline=SILENCE)
                heard.append(monotonic() - start)
        _leave(eve, ana, ben)
    return heard


class Manager(Protocol):
    """Whatever has a policy for clients that read slowly."""

    policy: SlowClients


def what_eve_reads(
    app: ASGIApp, manager: Manager, policy: SlowClients, texts: int = 200, **uvicorn_options: Any
) -> tuple[list[int], int | None]:
    """Return the numbers of Ana's texts that Eve reads when she can read again, and her close code if any."""
    manager.policy = policy
    with BackgroundServer(app, **uvicorn_options) as server:
        eve, ana = _people(server, "Eve", "Ana")
        eve.pause_reading()
        for text in [f"{number} {LONG}" for number in range(texts)]:
            ana.send(text)
            ana.wait_for(text)
        eve.resume_reading()
        _say_the_end(ana, eve)
        numbers = [int(str(text).split()[0]) for text in eve.messages if text != END]
        return numbers, eve.close_code


def _say_the_end(ana: LiveClient, eve: LiveClient) -> None:
    # While much waits for Eve, she may miss the end, too.
    while eve.state is State.OPEN and END not in eve.messages:
        ana.send(END)
        ana.wait_for(END)


def _people(server: BackgroundServer, *names: str) -> list[LiveClient]:
    return [LiveClient(server.url("/ws"), name).connect() for name in names]


def _leave(eve: LiveClient, *others: LiveClient) -> None:
    # An endpoint that waits for Eve ends by this; else it would keep its place in a naive list for ever.
    with suppress(ConnectionError):
        eve.vanish()
    for other in others:
        other.disconnect()
