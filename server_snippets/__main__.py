"""Runs the whole server as one would in service: python -m server_snippets --help."""

import errno
import socket
import sys
from contextlib import suppress

import uvicorn

from server_snippets.command_line import read_arguments
from server_snippets.fan_out_protocol import FanOutProtocol
from server_snippets.main import make_app
from server_snippets.settings import Settings


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
        timeout_graceful_shutdown=5,
        ws=FanOutProtocol,
    )


def main() -> None:
    """Serve until Ctrl+C."""
    arguments = read_arguments()
    settings = Settings(
        rate=arguments.rate,
        allowed_origins=frozenset(arguments.allow_origin),
        slow_clients=arguments.slow_clients,
    )
    listener = listen(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    print(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl+C stops)", flush=True)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configure(settings)).run(sockets=[listener])


if __name__ == "__main__":
    main()
