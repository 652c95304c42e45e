"""The whole server as an ASGI app: `make_app(settings)` puts its parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from .brokers.base import Broker
from .brokers.memory import MemoryBroker
from .endpoints.auth import auth_router
from .endpoints.channels import channels_router
from .endpoints.chat import chat_router
from .endpoints.clients import clients_router
from .endpoints.echo import echo_router
from .endpoints.operations import operations_router
from .endpoints.pages import STATIC, SafeFiles, pages_router
from .endpoints.tasks import tasks_router
from .protection import Protection
from .settings import BadSetting, Settings
from .shutdown import Draining


INSTALL_REDIS = "pip install 'redis[hiredis]'"


def make_broker(settings: Settings) -> Broker:
    """Return what the endpoints tell through: Redis, if there is an address of one, or else this process."""
    if not settings.redis_url:
        return MemoryBroker()

    # Here, for who needs no Redis need not load its client.
    try:
        from .brokers.redis.broker import RedisBroker
    except ModuleNotFoundError:
        raise BadSetting(f"REDIS_URL is set, but redis-py is missing: {INSTALL_REDIS}") from None
    try:
        return RedisBroker(settings.redis_url, prefix=settings.redis_prefix)
    except ValueError as error:
        raise BadSetting(str(error)) from None


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
    draining, broker = Draining(), make_broker(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with broker.running():
            yield

    # The pages of /docs would load from another server, and WebSocket endpoints are not in them.
    app = FastAPI(title="WebSocket Lab", lifespan=lifespan, openapi_url=None)
    # The server finds it there, and begins it.
    app.state.draining = draining
    # The origin check, then the guard.
    app.add_middleware(Protection, settings, draining, broker)
    app.include_router(pages_router())
    app.include_router(operations_router())
    add_endpoints(app, settings, broker, draining)
    app.mount("/static", SafeFiles(directory=STATIC), name="static")
    return app
