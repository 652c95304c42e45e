"""What a client's methods take, checked before anything is sent: a mistake costs no connection."""

import inspect
import math
from collections.abc import Callable

from websockets.exceptions import ProtocolError
from websockets.frames import Close

from websocket_lab.client.receive_queue import Message
from websocket_lab.server.safe_text import safe_repr


Expected = Message | Callable[[Message], bool]

# RFC 6455, 5.5: a control frame carries up to 125 bytes, and the code takes two of them.
LONGEST_REASON = 123
SENDABLE = "A client may send 1000 to 1003, 1007 to 1014 and 3000 to 4999, with a reason of up to 123 bytes."
GENERATOR = "wait_for() takes a function that returns True or False, and this one makes a generator."
ASYNC = (
    "wait_for() takes a function that returns True or False at once, and this one is async: leave out async."
)


def check_message(message: object) -> None:
    """Raise TypeError or ValueError in words, unless this can be sent as one message."""
    if isinstance(message, str):
        check_text(message)
    elif not isinstance(message, bytes | bytearray | memoryview):
        raise TypeError(
            f"send() takes a text (str) or bytes, not {a_type(message)}. "
            "Use send_json() for a list, a dict or a number."
        )


def check_closing(code: object, reason: object) -> None:
    """Raise TypeError or ValueError in words, unless a close frame may carry this code and this reason."""
    if not isinstance(code, int) or isinstance(code, bool):
        raise TypeError(
            f"A close code is a whole number such as 1000, not {safe_repr(code)}. "
            'Write disconnect(1000, "bye") to give a reason.'
        )
    if not isinstance(reason, str):
        raise TypeError(f"A close reason is a text (str), not {a_type(reason)}.")

    check_text(reason)
    try:
        Close(code, reason).check()
    except ProtocolError as error:
        raise ValueError(f"{code} {safe_repr(reason)} cannot be sent: {error}. {SENDABLE}") from None

    if len(reason.encode()) > LONGEST_REASON:
        raise ValueError(f"{code} {safe_repr(reason)} cannot be sent: the reason is too long. {SENDABLE}")


def check_text(text: str) -> None:
    """Raise ValueError in words, unless the text can be written in UTF-8 (RFC 6455, 5.6)."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = ascii(text[error.start])
        raise ValueError(
            f"This text cannot be sent: {half} at position {error.start} is half of a surrogate pair, "
            "and a WebSocket's text is UTF-8, which cannot hold it."
        ) from None


def check_url(url: object) -> None:
    """Raise TypeError in words, unless this can be an address."""
    if not isinstance(url, str):
        raise TypeError(f'A client takes an address such as server.url("/ws"), not {a_type(url)}.')


def check_name(name: object) -> None:
    """Raise TypeError or ValueError in words, unless this can be a client's name."""
    if not isinstance(name, str):
        raise TypeError(f'A client\'s name is a text such as "Ana", not {a_type(name)}.')
    check_text(name)


def check_deadline(deadline: object) -> None:
    """Raise TypeError or ValueError in words, unless this is a number of seconds."""
    if not isinstance(deadline, int | float):
        raise TypeError(f"A deadline is a number of seconds such as 5.0, not {a_type(deadline)}.")
    if isinstance(deadline, float) and math.isnan(deadline):
        raise ValueError("A deadline is a number of seconds such as 5.0, and NaN would never pass.")


def matcher(expected: Expected) -> Callable[[Message], bool]:
    """Return a function that says whether a message is the expected one; raise TypeError in words."""
    if isinstance(expected, str | bytes):
        return lambda message: message == expected
    if not callable(expected):
        raise TypeError(
            f"wait_for() takes a text, bytes or a function of a message, not {a_type(expected)}. "
            "For JSON, write: lambda text: json.loads(text) == …"
        )

    def matches(message: Message) -> bool:
        answer: object = expected(message)
        if inspect.iscoroutine(answer):
            # It would count as true, whatever it comes to.
            answer.close()
            raise TypeError(ASYNC)
        if inspect.isgenerator(answer) or inspect.isasyncgen(answer):
            raise TypeError(GENERATOR)
        return bool(answer)

    if inspect.iscoroutinefunction(expected):
        raise TypeError(ASYNC)
    return matches


def a_type(value: object) -> str:
    """Return the name of a value's type with its article: "a list", "an int", "None"."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"
