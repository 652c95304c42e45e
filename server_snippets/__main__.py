"""Runs the whole server as one would in service: python -m server_snippets --help."""

import argparse
import errno
import socket
import sys
from contextlib import suppress

import uvicorn

from server_snippets.main import make_app
from server_snippets.settings import Settings


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m server_snippets", description="Run the whole server of the WebSocket Lab."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=port, default=8000, help="port; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--rate",
        type=rate,
        default=Settings.rate,
        metavar="N",
        help="messages a second for each connection, 0 for no limit (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a foreign page that may connect, such as https://example.org; may be given again",
    )
    return parser.parse_args(arguments)


def port(text: str) -> int:
    """Read a TCP port."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return int(text)


def rate(text: str) -> int:
    """Read a number of messages a second."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no rate: give a whole number, 0 for no limit")
    return int(text)


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
        sys.exit(f"Cannot listen on {host}, port {port}: {error.strerror}.")


def configure(settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration for service."""
    return uvicorn.Config(
        make_app(settings),
        # No line for each handshake.
        log_level="warning",
        ws_max_size=settings.max_message_bytes,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        # Compression costs more than it saves on short messages, and 30 kB a connection.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        # A faster way to fan out goes in here: ws=…
    )


def main() -> None:
    """Serve until Ctrl+C."""
    arguments = read_arguments()
    settings = Settings(rate=arguments.rate, allowed_origins=frozenset(arguments.allow_origin))
    listener = listen(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    print(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl+C stops)", flush=True)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configure(settings)).run(sockets=[listener])


if __name__ == "__main__":
    main()
