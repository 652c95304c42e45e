"""The handlers of a server under check: whether they have done all that they had to."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Handlers:
    """ASGI middleware that knows which handlers wait for their clients.

    Args:
        app: The app whose handlers these are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._working: set[int] = set()

    @property
    def are_waiting(self) -> bool:
        """Whether all handlers wait for their clients; ask from any thread."""
        return not self._working

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        handler = id(scope)

        async def receive_and_work() -> Message:
            self._working.discard(handler)
            try:
                return await receive()
            finally:
                self._working.add(handler)

        self._working.add(handler)
        try:
            await self._app(scope, receive_and_work, send)
        finally:
            self._working.discard(handler)
