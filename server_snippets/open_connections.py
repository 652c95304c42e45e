"""How many connections are open now: the finished handshakes, and the unfinished ones."""

from collections import Counter
from ipaddress import ip_address


# Connections beyond the limit that may still ask for something, such as /health.
SPARE = 64
# The default maximum from one address: a big office's clients may share one.
PER_ADDRESS = 256


class OpenConnections:
    """The connections of one process, in all and from each address.

    Args:
        most: How many there may be; 0 for no limit.
    """

    def __init__(self, most: int = 0) -> None:
        self.most = most
        # The WebSocket connections.
        self.count = 0
        # Connections that have not asked for anything yet.
        self.handshakes = 0
        self._of_address: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many count towards the limit: WebSocket connections and unfinished handshakes."""
        return self.count + self.handshakes

    def has_room_among(self, connections: int) -> bool:
        """Return whether one more may ask for something, where so many connections of any kind are open."""
        return not 0 < self.most <= connections - SPARE

    def of(self, address: str) -> int:
        """Return how many come from `address`, unfinished handshakes included."""
        return self._of_address[address]

    def add(self, address: str) -> None:
        """Count one more WebSocket connection."""
        self.count += 1
        self._of_address[address] += 1

    def remove(self, address: str) -> None:
        """Count one less."""
        self.count -= 1
        self._forget(address)

    def start_handshake(self, address: str) -> None:
        """Count one more connection that is to ask for something."""
        self.handshakes += 1
        self._of_address[address] += 1

    def end_handshake(self, address: str) -> None:
        """Count one less."""
        self.handshakes -= 1
        self._forget(address)

    def _forget(self, address: str) -> None:
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]


def most_from(address: str, setting: int | None) -> int:
    """Return how many connections may come from an address; 0 for no limit."""
    if setting is not None:
        return setting
    return 0 if is_local(address) else PER_ADDRESS


def is_local(address: str) -> bool:
    """Return whether a client is on this machine; one that comes over a Unix socket has no address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "unknown"
