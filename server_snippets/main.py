"""The whole server: six WebSocket endpoints, a test page, and what keeps them safe.

Run it: uvicorn server_snippets.main:app
Run it as in production: python -m server_snippets
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from server_snippets.auth_endpoint import auth_router
from server_snippets.broker import Broker, MemoryBroker
from server_snippets.channels_endpoint import channels_router
from server_snippets.chat_endpoint import chat_router
from server_snippets.client_errors import short_client_errors
from server_snippets.clients_endpoint import clients_router
from server_snippets.connection_guard import ConnectionGuard
from server_snippets.connection_manager import ConnectionManager
from server_snippets.draining import Draining
from server_snippets.echo_endpoint import echo_router
from server_snippets.hidden_tokens import hidden_tokens
from server_snippets.open_connections import OpenConnections
from server_snippets.origin_check import OriginCheck
from server_snippets.pages import STATIC, pages_router
from server_snippets.settings import Settings, settings_of_environment
from server_snippets.tasks_endpoint import tasks_router


__all__ = ["ConnectionManager", "Settings", "app", "make_app"]


def make_broker(settings: Settings) -> Broker:
    """Return what the endpoints tell through: Redis, if there is an address of one, or else this process."""
    if not settings.redis_url:
        return MemoryBroker()

    # Here, for who needs no Redis need not load its client.
    from server_snippets.redis_broker import RedisBroker

    try:
        return RedisBroker(settings.redis_url)
    except ValueError as error:
        sys.exit(str(error))


def add_endpoints(app: FastAPI, settings: Settings, broker: Broker, draining: Draining) -> None:
    """Add what is spoken over WebSocket."""
    app.include_router(echo_router())
    app.include_router(auth_router(settings.token))
    app.include_router(channels_router(settings, broker))
    app.include_router(chat_router(settings, broker))
    app.include_router(tasks_router(settings, broker, draining))
    # Last: the path /ws/{client_id} matches /ws/json, too, and the first match wins.
    app.include_router(clients_router(settings, broker))


def make_app(settings: Settings | None = None) -> FastAPI:
    """Return a new server with clients, rooms and tasks of its own."""
    settings = settings or Settings()
    open_connections, draining = OpenConnections(settings.max_connections), Draining()
    broker = make_broker(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, OpenConnections]]:
        with hidden_tokens(), short_client_errors():
            async with broker.running():
                # The HTTP protocol finds it there, and counts unfinished handshakes.
                yield {"open_connections": open_connections}

    # The pages of /docs would load from another server, and WebSocket endpoints are not in them.
    app = FastAPI(title="WebSocket Lab", lifespan=lifespan, openapi_url=None)
    # The server finds it there, and begins it.
    app.state.draining = draining
    app.add_middleware(ConnectionGuard, settings, open_connections, draining)
    # Added last, so it looks first.
    app.add_middleware(OriginCheck, allowed_origins=settings.allowed_origins)

    app.include_router(pages_router(open_connections, draining))
    add_endpoints(app, settings, broker, draining)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


app = make_app(settings_of_environment())
