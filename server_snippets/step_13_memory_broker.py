"""Step 13, the broker in memory: it carries what is said from one part of a process to the others.

New since step 11: whoever speaks does not send to the clients, but tells the broker.
Used by: server_snippets.step_13_scaling_out, where there is no REDIS_URL
"""

# %% imports
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


# %% subscription
Deliver = Callable[[str, str], Awaitable[None]]


@dataclass(eq=False)
class Subscription:
    """What one process hears of one channel, and the last that it has heard."""

    channel: str
    deliver: Deliver
    last: str = "0"


# %% protocol
class Broker(Protocol):
    """Carries texts on channels between processes, and knows who is connected to which."""

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text."""

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""

    async def publish(self, channel: str, text: str) -> bool:
        """Tell all subscribers a text; return whether the broker has accepted it."""

    async def present(self, process: str, names: list[str]) -> list[str]:
        """Take note of who is connected to a process; return who is connected to any."""

    async def close(self) -> None:
        """Let go of what the broker holds."""


# %% broker
class MemoryBroker:
    """Carries texts to all in this process who have subscribed to the channel."""

    def __init__(self) -> None:
        self.subscriptions: list[Subscription] = []

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that is published from now on."""
        self.subscriptions.append(Subscription(channel, deliver))
        return self.subscriptions[-1]

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self.subscriptions.remove(subscription)

    async def publish(self, channel: str, text: str) -> bool:
        """Tell all subscribers a text, and return True: it is accepted."""
        for subscription in list(self.subscriptions):
            if subscription.channel == channel:
                await subscription.deliver(channel, text)
        return True

    # %% alone
    async def present(self, process: str, names: list[str]) -> list[str]:
        """Return the names: there is no other process."""
        return sorted(names)

    async def close(self) -> None:
        """Hold nothing, so let go of nothing."""
