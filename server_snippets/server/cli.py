"""The command line: `python -m server_snippets --help`."""

import argparse
import errno
import socket
import sys
from contextlib import suppress

import uvicorn

from .connections.origin import DEFAULT_PORTS, read_address
from .serve import make_server, serve, settings_of
from .settings import MIB, Settings
from .transport.backlog import SlowClients
from .workers import Workers


MAX_WORKERS = 64
RATE = "messages per second for each connection, 0 for no limit (default: %(default)s)"
CONNECTIONS = "maximum number of open connections, 0 for no limit (default: %(default)s)"
PER_ADDRESS = (
    "maximum number of connections from one address, 0 for no limit (default: 256; no limit for this machine)"
)
BACKLOG = "MiB of memory for messages that wait for slow clients, 0 for no limit (default: %(default)s)"
DRAIN = "seconds that clients and tasks may take to finish at shutdown (default: %(default)s)"
PROXIES = "comma-separated addresses of proxies whose X-Forwarded-… is trusted (default: %(default)s)"
LOG = "lowest level to log: warning, or info for a line per connection (default: %(default)s)"
WORKERS = "number of processes, connected through the Redis at REDIS_URL (default: %(default)s)"
SLOW = f"what to do when a client has too much data waiting: {', '.join(SlowClients)} (default: %(default)s)"
ORIGIN = "another origin whose pages may connect, such as https://example.org; can be repeated"
MORE = (
    "WEBSOCKET_TOKEN sets the token of /ws/auth; REDIS_URL=redis://127.0.0.1:6379/0 lets several"
    " processes act as one server. See server_snippets/README.md."
)


def read_arguments(
    arguments: list[str] | None = None, package: str = "server_snippets"
) -> argparse.Namespace:
    """Return what the command line asks for; end the program with a hint if it cannot be read."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}",
        description="Run the whole server of the WebSocket Lab.",
        epilog=MORE,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=port, default=8000, help="port, 0 for a free one (default: %(default)s)")
    add("--workers", type=workers, default=1, metavar="N", help=WORKERS)
    add("--rate", type=rate, default=Settings.rate, metavar="N", help=RATE)
    add("--slow-clients", type=policy, default=Settings.slow_clients, metavar="POLICY", help=SLOW)
    add("--allow-origin", type=origin, action="append", default=[], metavar="ORIGIN", help=ORIGIN)
    add_service_options(parser)
    return parser.parse_args(arguments)


def add_service_options(parser: argparse.ArgumentParser) -> None:
    """Add what a public server needs: limits, graceful shutdown, a proxy, a certificate, a log."""
    add = parser.add_argument
    add("--max-connections", type=limit, default=Settings.max_connections, metavar="N", help=CONNECTIONS)
    add("--max-per-address", type=limit, default=Settings.max_per_address, metavar="N", help=PER_ADDRESS)
    add("--max-backlog", type=limit, default=Settings.max_backlog_bytes // MIB, metavar="MIB", help=BACKLOG)
    add("--drain-seconds", type=seconds, default=Settings.drain_seconds, metavar="S", help=DRAIN)
    add("--forwarded-allow-ips", default="127.0.0.1,::1", metavar="LIST", help=PROXIES)
    add("--ssl-certfile", metavar="FILE", help="certificate with its chain, for wss and https")
    add("--ssl-keyfile", metavar="FILE", help="the certificate's private key")
    add("--log-level", choices=["warning", "info"], default="warning", help=LOG)


def port(text: str) -> int:
    """Read a TCP port."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def workers(text: str) -> int:
    """Read a number of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers: give 1 to {MAX_WORKERS}")
    return int(text)


def rate(text: str) -> int:
    """Read a number of messages a second."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate: give a whole number, 0 for no limit")
    return int(text)


def policy(text: str) -> SlowClients:
    """Read what to do with slow clients."""
    if text not in list(SlowClients):
        raise argparse.ArgumentTypeError(f"{text!r} is not a policy: give {', '.join(SlowClients)}")
    return SlowClients(text)


def origin(text: str) -> str:
    """Read the origin of a page."""
    address = read_address(text)
    if not address or address[0] not in DEFAULT_PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not an origin: give one such as https://example.org")
    return text


def limit(text: str) -> int:
    """Read a limit of connections or of memory."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a limit: give a whole number, 0 for no limit")
    return int(text)


def seconds(text: str) -> float:
    """Read a length of time."""
    try:
        length = float(text)
    except ValueError:
        length = -1.0
    if not 0 <= length < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: give seconds, such as 8 or 0.5")
    return length


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; end the program with one sentence if that does not succeed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(
                f"Port {port} is taken. Stop the other server, or give another --port (0: any free one)."
            )
        sys.exit(f"Cannot listen on {host}, port {port}: {reason(error)}.")


def reason(error: OSError) -> str:
    """Return what went wrong, without what asyncio or the socket adds: the address is said already."""
    return (error.strerror or str(error)).partition(" (while attempting")[0]


def main(package: str = "server_snippets") -> None:
    """Serve until Ctrl+C or SIGTERM, then drain."""
    arguments = read_arguments(package=package)
    settings = settings_of(arguments)
    if arguments.workers > 1 and not settings.redis_url:
        sys.exit("Several workers need a broker between them: set REDIS_URL, or leave out --workers.")
    server = make_server(arguments)
    listener = listen(arguments.host, arguments.port)
    print(f"Serving on {address(listener, server.config)} (Ctrl+C stops)", flush=True)
    if arguments.workers > 1:
        Workers(arguments.workers, serve, arguments, listener).run()
    else:
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def address(listener: socket.socket, config: uvicorn.Config) -> str:
    """Return where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if config.ssl_certfile else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
