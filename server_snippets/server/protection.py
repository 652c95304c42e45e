"""Any ASGI app with this server's limits and checks: `Protection(app, settings)`."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from .brokers.base import Broker
from .connections.guard import ConnectionGuard
from .connections.origin import OriginCheck
from .connections.token import TokenCheck
from .logs import redacted_tokens, short_client_errors
from .metrics import Metrics
from .settings import Settings
from .shutdown import Draining
from .transport.open_connections import OpenConnections


class Protection:
    """ASGI middleware: what stands between the clients and the endpoints, whichever they are.

    A handshake passes the check of its origin, the guard and, if the settings say so, the check of its token.
    Endpoints, and this server's HTTP protocol,
    find `open_connections`, `draining`, `broker` and `metrics` in the state of their scope.

    Args:
        app: Any ASGI app.
        settings: Its limits.
        draining: What its server begins; by default one of its own.
        broker: What its endpoints publish to, if they do.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        draining: Draining | None = None,
        broker: Broker | None = None,
    ) -> None:
        self.draining = draining or Draining()
        connections = OpenConnections(settings.max_connections)
        is_up = (lambda: not broker.is_away) if broker else None
        self._metrics = Metrics(connections, self.draining, is_up)
        self._state = {
            "open_connections": connections,
            "draining": self.draining,
            "broker": broker,
            "metrics": self._metrics,
        }
        if settings.require_token:
            app = TokenCheck(app, settings.token)
        guarded = ConnectionGuard(app, settings, connections, self.draining)
        self._app = OriginCheck(guarded, settings.allowed_origins)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on what keeps the limits."""
        scope.setdefault("state", {}).update(self._state)
        if scope["type"] == "lifespan":
            return self._live(scope, receive, send)
        return self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        with redacted_tokens(), short_client_errors():
            async with self._metrics.running():
                await self._app(scope, receive, send)
