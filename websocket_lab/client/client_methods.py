"""The methods of a live client, for something that has one and is used in its place."""

from typing import Any, Self

from websocket_lab.client.arguments import Expected
from websocket_lab.client.client_log import LogEntry
from websocket_lab.client.connection_state import State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.receive_queue import Message


class ClientMethods:
    """Passes each method of a live client on to `client`."""

    client: LiveClient

    def connect(self) -> Self:
        """Open the connection and return this; raise ConnectFailed where that does not succeed."""
        self.client.connect()
        return self

    def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection with a close frame; without a connection do nothing."""
        self.client.disconnect(code, reason)

    def send(self, message: Message) -> None:
        """Send a text message (str) or a binary one (bytes), as it is."""
        self.client.send(message)

    def send_json(self, value: Any) -> None:
        """Send `value` as JSON in a text message."""
        self.client.send_json(value)

    def receive(self, deadline: float | None = None) -> Message:
        """Return the next message that has not been read."""
        return self.client.receive(deadline)

    def receive_json(self, deadline: float | None = None) -> Any:
        """Return the next unread message, parsed as JSON."""
        return self.client.receive_json(deadline)

    def wait_for(self, expected: Expected, deadline: float | None = None) -> Message:
        """Read on until a message equals `expected`, or satisfies it if it is a function, and return it."""
        return self.client.wait_for(expected, deadline)

    def receive_until(self, expected: Expected, deadline: float | None = None) -> list[Message]:
        """Read on as `wait_for` does, and return all messages read, the expected one as the last."""
        return self.client.receive_until(expected, deadline)

    def wait_closed(self, deadline: float | None = None) -> int:
        """Wait until the connection is closed and return its close code."""
        return self.client.wait_closed(deadline)

    def ping(self, deadline: float | None = None) -> float:
        """Send a ping and return the seconds until its pong."""
        return self.client.ping(deadline)

    def vanish(self) -> None:
        """Reset the TCP connection without a close frame, as a crash or a pulled cable does."""
        self.client.vanish()

    def pause_reading(self) -> None:
        """Stop reading from the socket, so that what the server sends piles up."""
        self.client.pause_reading()

    def resume_reading(self) -> None:
        """Read from the socket again."""
        self.client.resume_reading()

    @property
    def state(self) -> State:
        """What the connection is doing."""
        return self.client.state

    @property
    def close_code(self) -> int | None:
        """The close code of the last connection, or None if none has closed yet."""
        return self.client.close_code

    @property
    def close_reason(self) -> str | None:
        """The close reason of the last connection, or None if none has closed yet."""
        return self.client.close_reason

    @property
    def log(self) -> list[LogEntry]:
        """What was sent, received and noticed, oldest first."""
        return self.client.log

    @property
    def messages(self) -> list[Message]:
        """The messages received so far, read or not, oldest first."""
        return self.client.messages

    @property
    def transcript(self) -> str:
        """The log as text, one line an entry."""
        return self.client.transcript

    def __enter__(self) -> Self:
        """Connect."""
        return self.connect()

    def __exit__(self, *exception: object) -> None:
        """Disconnect."""
        self.disconnect()
