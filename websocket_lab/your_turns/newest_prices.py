"""The check of lesson 11's your-turn: a bounded queue that drops the oldest message."""

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness


KEPT = 3
READ = "read"


def prices(first: int, count: int) -> list[str]:
    """Return so many prices, each one higher than the one before."""
    return [f"price {first + number}" for number in range(count)]


def sends_and_reads(ana: TextClient, sent: list[str], kept: list[str], likely: dict[str, str]) -> None:
    """Have Ana send prices, then ask for what waits; she must receive exactly what is kept."""
    for price in (*sent, READ):
        ana.sends(price)
    for price in kept:
        ana.hears_text(price, likely)


@step()
def three_prices_wait(server: TextHarness) -> None:
    """Ana sends three prices and reads: she receives them in their order."""
    ana = server.enter("Ana")
    sends_and_reads(ana, prices(10, KEPT), prices(10, KEPT), NOT_QUEUED)


NOT_QUEUED = {
    "nothing": "Nothing waits in the queue. `waiting.put_nowait(text)` puts the text into it.",
    "closed": "The endpoint ended with an exception. `get_nowait` raises QueueEmpty where nothing waits: ask "
    "`waiting.full()` first.",
    "other": "Three prices fit. Drop the oldest only where `waiting.full()` is true.",
    "twice": "A price comes twice. Put each text into the queue once.",
}


@step(
    "How do you learn that there is no room, and what takes the oldest text out?",
    "`if waiting.full():`, then `waiting.get_nowait()`, then put the new one in.",
)
def the_oldest_makes_room(server: TextHarness) -> None:
    """Ana sends five prices and reads: she receives the last three. Then she sends six more."""
    ana = server.enter("Ana")
    for first, count in ((10, 5), (20, 6)):
        sent = prices(first, count)
        sends_and_reads(ana, sent, sent[-KEPT:], NOT_THE_OLDEST)


NOT_THE_OLDEST = {
    "nothing": "`await waiting.put(text)` waits for room that only this endpoint could make. Drop the oldest "
    "price first, then call `put_nowait`.",
    "closed": "`put_nowait` raises QueueFull where there is no room. Drop the oldest first: "
    "`waiting.get_nowait()`.",
    "other": "The newest three should come. `waiting.get_nowait()` takes out the oldest one, and only one.",
    "twice": "A price comes twice. Put each text into the queue once.",
}


EXERCISE = Exercise(
    title="Keep the newest prices",
    harness=TextHarness,
    steps=(three_prices_wait, the_oldest_makes_room),
    hints=(
        "A text goes into the queue without waiting: which of the queue's methods does not wait?",
        "`waiting.put_nowait(text)`",
    ),
    seconds=20.0,
)
