"""What lesson 14 asks: in which order a client receives the end of its task and the close frame."""

from collections.abc import Sequence


def first_of_the_end(messages: Sequence[str | bytes]) -> str:
    """Return in words what came first, the end of a report or the close frame, after which nothing comes.

    Args:
        messages: All that a client of `/ws/tasks` has received before its connection was closed.
    """
    is_done = bool(messages) and '"finished"' in str(messages[-1])
    return "the end of the report" if is_done else "the close frame"
