"""What a server keeps of visits that are over: the usual reason why memory grows."""

import gc

from fastapi import FastAPI, WebSocket

from websocket_lab.client.live_client import LiveClient
from websocket_lab.server.background_server import BackgroundServer


VISITS = 50


def kept_by(app: FastAPI) -> int:
    """Return how many connections more there are in memory after 50 visits to `/ws`, when all have left."""
    before = count_of(WebSocket)
    with BackgroundServer(app) as server:
        for _ in range(VISITS):
            with LiveClient(server.url("/ws")) as client:
                client.send("Hello")
                client.wait_for("Hello")
    return count_of(WebSocket) - before


def count_of(kind: type) -> int:
    """Return how many things of this kind are in memory and still in use."""
    # Things that only refer to each other are no longer in use; this takes them out.
    gc.collect()
    return sum(type(thing) is kind for thing in gc.get_objects())
