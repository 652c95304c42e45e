"""What a panel says about its client besides the log."""

from typing import Protocol, TypedDict

from websocket_lab.client.connection_state import State
from websocket_lab.client.connection_words import close_code_meaning


class Connection(Protocol):
    """The part of a live client that its panel's face is read from."""

    @property
    def state(self) -> State:
        """What the connection is doing."""

    @property
    def close_code(self) -> int | None:
        """The close code of the last connection."""

    @property
    def reason(self) -> str:
        """What the server has raised meanwhile, in a sentence, or nothing."""


class Face(TypedDict):
    """A panel's state at one moment, as the browser gets it."""

    state: str
    words: str
    online: str
    typing: str
    alert: str
    answered: int


def state_words(connection: Connection, status: int | None = None) -> str:
    """Return the state in words, with the close code or the refusal's HTTP status where there is one."""
    if connection.state is State.CLOSED and connection.close_code is not None:
        return f"closed · {connection.close_code} {close_code_meaning(connection.close_code)}"
    if connection.state is State.REFUSED and status is not None:
        return f"refused · HTTP {status}"
    return str(connection.state)


def ending_reason(connection: Connection) -> str:
    """Return what the server raised, where that ended the connection or refused it; else nothing."""
    return connection.reason if connection.state in (State.CLOSED, State.REFUSED) else ""
