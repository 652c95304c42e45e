"""The numbers and words that a deployment may want to change."""

from dataclasses import dataclass, field

from .transport.backlog import SlowClients


COURSE_TOKEN = "secret-token"
MIB = 1024 * 1024


class BadSetting(ValueError):
    """A setting cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Settings:
    """How one server behaves; `Settings()` is the course's server.

    Args:
        token: What `/ws/auth` asks for.
        require_token: Whether every WebSocket endpoint asks for it.
        max_connections: The most connections at once; 0 for no limit.
        max_per_address: The most from one address; 0 for no limit. None is 256, and no limit for this
            machine's own: a proxy on it that is not believed would make all clients one.
        max_backlog_bytes: How much may wait in memory for all slow clients together; beyond it, those with
            the most waiting are disconnected with 1013. 0 for no limit.
        drain_seconds: How long clients and tasks may take to finish when the server stops.
        rate: Messages a second that one connection may send, and twice as many at once; 0 for no limit.
        max_message_bytes: The longest message; a longer one closes its connection with 1009.
        allowed_origins: Foreign origins that may connect, such as `https://example.org`.
        typing_seconds: How long someone counts as typing after the last sign of it.
        users_seconds: How long changes of a big room's list of users may be gathered.
        step_seconds: How long one step of a task takes.
        slow_clients: What happens when too much waits for a client that reads slowly.
        redis_url: Where the broker is that makes several processes one server, such as
            `redis://127.0.0.1:6379/0`; empty for a server that is one process.
        redis_prefix: How the names of its keys begin; another server in the same Redis has another one.
    """

    token: str = field(default=COURSE_TOKEN, repr=False)
    require_token: bool = False
    max_connections: int = 10_000
    max_per_address: int | None = None
    max_backlog_bytes: int = 64 * MIB
    drain_seconds: float = 8.0
    rate: int = 100
    max_message_bytes: int = 64 * 1024
    allowed_origins: frozenset[str] = frozenset()
    typing_seconds: float = 3.0
    users_seconds: float = 0.05
    step_seconds: float = 0.1
    slow_clients: SlowClients = SlowClients.DISCONNECT
    # It may hold a password.
    redis_url: str = field(default="", repr=False)
    redis_prefix: str = "websocket-lab"
