"""Waiting in a cell for something to become true, but not forever."""

import asyncio
import time
from collections.abc import Callable


async def until(condition: Callable[[], object], deadline: float = 10.0) -> float:
    """Look again and again until `condition()` holds; return how many seconds that took.

    Raises:
        TimeoutError: It did not hold in time.
    """
    begin = time.monotonic()
    while not condition():
        if time.monotonic() > begin + deadline:
            raise TimeoutError(
                f"It did not happen within {deadline:g} s. Run the cells above again, in order."
            )
        await asyncio.sleep(0.01)
    return time.monotonic() - begin
