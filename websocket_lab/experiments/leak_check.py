"""What a server keeps of visits that are over: the usual reason why memory grows."""

import gc
from typing import TypeVar

from fastapi import FastAPI, WebSocket

from websocket_lab.client.live_client import LiveClient
from websocket_lab.server.background_server import BackgroundServer


VISITS = 50
Thing = TypeVar("Thing")


def kept_by(app: FastAPI) -> int:
    """Return how many connections more there are in memory after 50 visits to `/ws`, when all have left."""
    # Held here, so that those of earlier servers do not go meanwhile, and are not subtracted in vain.
    before = things_of(WebSocket)
    with BackgroundServer(app) as server:
        for _ in range(VISITS):
            with LiveClient(server.url("/ws")) as client:
                client.send("Hello")
                client.wait_for("Hello")
    return len(things_of(WebSocket)) - len(before)


def things_of(kind: type[Thing]) -> list[Thing]:
    """Return all things of this kind that are in memory and still in use."""
    # Things that only refer to each other are no longer in use; this takes them out.
    gc.collect()
    return [thing for thing in gc.get_objects() if type(thing) is kind]
