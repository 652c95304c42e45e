"""A WebSocket client that lives in the background: it stays connected, and listens, between cells."""

import asyncio
import json
import reprlib
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from websocket_lab.client.arguments import (
    Expected,
    check_closing,
    check_deadline,
    check_message,
    check_name,
    check_url,
    matcher,
)
from websocket_lab.client.client_connection import ClientConnection
from websocket_lab.client.client_log import LogEntry, transcript
from websocket_lab.client.client_loop import client_loop
from websocket_lab.client.connection_state import State
from websocket_lab.client.receive_queue import Message


Result = TypeVar("Result")


class LiveClient:
    """A client whose connection is kept by a background thread; each method ends within a deadline.

    Args:
        url: The endpoint's address, such as `ws://127.0.0.1:8000/ws`.
        name: Who this client is, in its log and in error messages.
        deadline: Seconds that a method may take before it raises TimeoutError.
        connect_options: Passed to `websockets.asyncio.client.connect`, for example `origin="http://example.org"`.
    """

    def __init__(self, url: str, name: str = "Ana", *, deadline: float = 5.0, **connect_options: Any) -> None:
        check_url(url)
        check_name(name)
        check_deadline(deadline)
        self.url = url
        self.name = name
        self.deadline = deadline
        self._connection = ClientConnection(
            url, name, {"open_timeout": deadline, "close_timeout": deadline} | connect_options
        )

    @property
    def state(self) -> State:
        """What the connection is doing."""
        return self._connection.state

    @property
    def close_code(self) -> int | None:
        """The close code of the last connection (RFC 6455, 7.1.5), or None if none has closed yet."""
        return self._connection.close_code

    @property
    def close_reason(self) -> str | None:
        """The close reason of the last connection, or None if none has closed yet."""
        return self._connection.close_reason

    @property
    def reason(self) -> str:
        """What the server has raised since this connection began, where that may be why it fails, or ""."""
        return self._connection.reason

    @property
    def log(self) -> list[LogEntry]:
        """What was sent, received and noticed, oldest first: the last 10,000 entries."""
        return list(self._connection.log)

    @property
    def transcript(self) -> str:
        """The log as text, one line an entry."""
        return transcript(self.log)

    @property
    def messages(self) -> list[Message]:
        """The messages received so far, read or not, oldest first."""
        return [entry.message for entry in self.log if entry.direction == "received"]

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` on the client loop's thread after each change of log or state."""
        self._connection.callbacks.append(callback)

    def connect(self) -> Self:
        """Open the connection, unless it is open, and return this client.

        Raises:
            ConnectFailed: The handshake was refused (its `status` says how), or nothing answered.
        """
        self._run(self._connection.open, "connect")
        return self

    def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection with a close frame; without a connection do nothing.

        Raises:
            TypeError: The code is not a whole number, or the reason is not a text; the connection stays open.
            ValueError: That code or that reason may not be sent (RFC 6455, 7.4); the connection stays open.

        A server that does not answer the close frame within the deadline is left without its answer (1006).
        """
        check_closing(code, reason)
        self._run(lambda: self._connection.close(code, reason), "disconnect", self.deadline + 1)

    def send(self, message: Message) -> None:
        """Send a text message (str) or a binary one (bytes).

        Raises:
            TypeError: The message is neither text nor bytes.
            ValueError: The text cannot be written in UTF-8.
            ConnectionEnded: The connection is not open.
            TimeoutError: The server has stopped reading.
        """
        check_message(message)
        # A copy: what is in the log stays as it was sent, and a view may count something else than bytes.
        sent = message if isinstance(message, str) else bytes(message)
        self._run(lambda: self._connection.send(sent), "send, for the server does not read")

    def send_json(self, value: Any) -> None:
        """Send `value` as JSON in a text message."""
        self.send(json.dumps(value))

    def receive(self, deadline: float | None = None) -> Message:
        """Return the next message that has not been read, waiting up to `deadline` seconds for it.

        What a person's typing into panels brought is skipped once code has sent or connected since.

        Raises:
            ConnectionEnded: There is none, and the connection is not open.
            TimeoutError: None came in time.
        """
        return self._run(self._connection.receive, "receive a message", deadline)

    def receive_json(self, deadline: float | None = None) -> Any:
        """Return the next unread message, parsed as JSON."""
        return json.loads(self.receive(deadline))

    def wait_for(self, expected: Expected, deadline: float | None = None) -> Message:
        """Read on until a message equals `expected`, or satisfies it if it is a function, and return it."""
        return self.receive_until(expected, deadline)[-1]

    def receive_until(self, expected: Expected, deadline: float | None = None) -> list[Message]:
        """Read on as `wait_for` does, and return all messages read, the expected one as the last."""
        matches = matcher(expected)
        what = "receive what was waited for" if callable(expected) else f"receive {reprlib.repr(expected)}"
        seconds = self._seconds(deadline)
        end = time.monotonic() + seconds
        messages = [self._run(self._connection.receive, what, seconds)]
        # Not on the client loop's thread: what the function raises would end the loop for all clients.
        while not matches(messages[-1]):
            if (rest := end - time.monotonic()) <= 0:
                raise self._timed_out(what, seconds)
            messages.append(self._run(self._connection.receive, what, rest, seconds))
        return messages

    def wait_closed(self, deadline: float | None = None) -> int:
        """Wait until the connection is closed and return its close code (1006: no close frame came)."""
        return self._run(self._connection.until_closed, "see the connection close", deadline)

    def ping(self, deadline: float | None = None) -> float:
        """Send a ping and return the seconds until its pong: all that the server had sent before has come.

        Raises:
            ConnectionEnded: The connection is not open.
            TimeoutError: No pong came in time.
        """
        return self._run(self._connection.ping, "get a pong", deadline)

    def vanish(self) -> None:
        """Reset the TCP connection without a close frame, as a crash or a pulled cable does."""
        self._run(self._connection.vanish, "vanish")

    def pause_reading(self) -> None:
        """Stop reading from the socket, so that what the server sends piles up."""
        self._run(self._connection.pause_reading, "stop reading")

    def resume_reading(self) -> None:
        """Read from the socket again."""
        self._run(self._connection.resume_reading, "read again")

    def __enter__(self) -> Self:
        """Connect."""
        return self.connect()

    def __exit__(self, *exception: object) -> None:
        """Disconnect."""
        self.disconnect()

    def __repr__(self) -> str:
        """Say who this is, and what the connection is doing."""
        return f"<{self.name}, {self.state}, {self.url}>"

    def _run(
        self,
        action: Callable[[], Coroutine[Any, Any, Result]],
        what: str,
        deadline: float | None = None,
        told: float | None = None,
    ) -> Result:
        seconds = self._seconds(deadline)
        future: Future[Result] = client_loop().start_task_soon(_within, action, seconds)
        try:
            return future.result()
        except TimeoutError:
            raise self._timed_out(what, seconds if told is None else told) from None
        finally:
            # ■ ends this method only: without this, the interrupted wait would swallow the next message.
            future.cancel()

    def _seconds(self, deadline: float | None) -> float:
        if deadline is None:
            return self.deadline
        check_deadline(deadline)
        return deadline

    def _timed_out(self, what: str, seconds: float) -> TimeoutError:
        words = f"{self.name} could not {what} within {seconds:g} s. {self._last_words()} {self.reason}"
        return TimeoutError(words.rstrip())

    def _last_words(self) -> str:
        if not self.messages:
            return "Nothing was received so far."
        return f"The last message received was {reprlib.repr(self.messages[-1])}."


async def _within(action: Callable[[], Coroutine[Any, Any, Result]], seconds: float) -> Result:
    async with asyncio.timeout(seconds):
        return await action()
