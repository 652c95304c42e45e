"""How many connections are open, finished and unfinished handshakes, and how many this process may open.

Each takes a file descriptor. Without one left, every new connection is reset, even for `/health`, and uvloop
logs nothing.
"""

import errno
import logging
import os
from collections import Counter
from ipaddress import ip_address

from ..logs import SeldomWarning, log
from .traffic import Traffic


# Connections beyond the limit that may still ask for something, such as /health.
SPARE = 64
# The default maximum from one address: a big office's clients may share one.
PER_ADDRESS = 256
# Reserved for Redis, files and pipes, and for clients that are being told that the server is full.
RESERVE = 3 * SPARE
# macOS has no hard limit, and takes no more than this.
OPEN_MAX = 10_240


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
        self.traffic = Traffic()

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


def raise_limit() -> int | None:
    """Allow this process as many file descriptors as it may have, and return how many; None on Windows."""
    try:
        import resource
    except ImportError:
        return None

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, OPEN_MAX) if hard == resource.RLIM_INFINITY else hard
    if soft in (wanted, resource.RLIM_INFINITY):
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


def capped(max_connections: int) -> int:
    """Return how many connections there may be; say so where that is less than was asked for."""
    descriptors = raise_limit()
    if descriptors is None or descriptors < 0:
        return max_connections

    most = max(1, descriptors - RESERVE)
    if 0 < max_connections <= most:
        return max_connections
    level = logging.WARNING if max_connections else logging.INFO
    reason = f"This process may open no more than {descriptors} files: ulimit -n"
    log("limit", level=level, max_connections=most, reason=reason)
    return most


class DescriptorCheck:
    """Warns when this process can open no more files, whatever has opened so many."""

    def __init__(self) -> None:
        self._warning = SeldomWarning()

    def run(self) -> None:
        """Open a file, and log if that fails; a warning at most once a minute."""
        try:
            os.close(os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            remedy = "New connections fail: raise ulimit -n, or lower --max-connections"
            log(
                "no_descriptors",
                level=self._warning.next_level(),
                error=error.strerror,
                reason=remedy,
            )
