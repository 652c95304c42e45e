"""How many connections this process may have open: each takes a file descriptor.

Without one left, every new connection is reset, even for `/health`, and uvloop logs nothing.
"""

import errno
import logging
import os

from server_snippets.connection_log import LOGGER, SeldomWarning, log
from server_snippets.open_connections import SPARE


# Reserved for Redis, files and pipes, and for clients that are being told that the server is full.
RESERVE = 3 * SPARE
# macOS has no hard limit, and takes no more than this.
OPEN_MAX = 10_240


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
    logging.getLogger(LOGGER).log(
        level,
        "event=limit max_connections=%d reason='This process may open no more than %d files: ulimit -n'",
        most,
        descriptors,
    )
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
                error=repr(error.strerror),
                reason=repr(remedy),
            )
