"""The whole server: six WebSocket endpoints, a test page, and what keeps them safe.

Run it: uvicorn server_snippets.main:app
Run it as in service: python -m server_snippets
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from server_snippets.auth_endpoint import auth_router
from server_snippets.channels_endpoint import channels_router
from server_snippets.chat_endpoint import chat_router
from server_snippets.clients_endpoint import clients_router
from server_snippets.connection_guard import ConnectionGuard, OpenConnections
from server_snippets.connection_manager import ConnectionManager
from server_snippets.echo_endpoint import echo_router
from server_snippets.hidden_tokens import hidden_tokens
from server_snippets.origin_check import OriginCheck
from server_snippets.pages import STATIC, pages_router
from server_snippets.settings import Settings
from server_snippets.tasks_endpoint import tasks_router


__all__ = ["ConnectionManager", "Settings", "app", "make_app"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep tokens out of the log while the server runs."""
    with hidden_tokens():
        yield


def make_app(settings: Settings | None = None) -> FastAPI:
    """Return a new server with clients, rooms and tasks of its own."""
    settings = settings or Settings()
    open_connections = OpenConnections()
    # The pages of /docs would load from another server, and WebSocket endpoints are not in them.
    app = FastAPI(title="WebSocket Lab", lifespan=lifespan, openapi_url=None)
    app.add_middleware(ConnectionGuard, settings=settings, open_connections=open_connections)
    # Added last, so it looks first.
    app.add_middleware(OriginCheck, allowed_origins=settings.allowed_origins)

    app.include_router(pages_router(open_connections))
    app.include_router(echo_router())
    app.include_router(auth_router(settings.token))
    app.include_router(channels_router(settings))
    app.include_router(chat_router(settings))
    app.include_router(tasks_router(settings))
    # Last: the path /ws/{client_id} matches /ws/json, too, and the first match wins.
    app.include_router(clients_router(settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


app = make_app()
