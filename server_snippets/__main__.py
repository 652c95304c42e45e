"""Runs the whole server as one would in service: python -m server_snippets --help."""

import errno
import logging
import socket
import sys
from argparse import Namespace
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from server_snippets.command_line import read_arguments
from server_snippets.connection_log import LOGGER
from server_snippets.draining_protocol import DrainingProtocol
from server_snippets.draining_server import DrainingServer
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


def settings_of(arguments: Namespace) -> Settings:
    """Return what the command line asks of the app."""
    return Settings(
        rate=arguments.rate,
        allowed_origins=frozenset(arguments.allow_origin),
        slow_clients=arguments.slow_clients,
        max_connections=arguments.max_connections,
        max_per_address=arguments.max_per_address,
        drain_seconds=arguments.drain_seconds,
    )


def configure(app: FastAPI, settings: Settings, arguments: Namespace) -> uvicorn.Config:
    """Return uvicorn's configuration for service."""
    return uvicorn.Config(
        app,
        # No line for each handshake.
        log_level="warning",
        ws_max_size=settings.max_message_bytes,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        # What draining has left open gets no more than a second.
        timeout_graceful_shutdown=1,
        ws=DrainingProtocol,
        forwarded_allow_ips=arguments.forwarded_allow_ips,
        ssl_certfile=arguments.ssl_certfile,
        ssl_keyfile=arguments.ssl_keyfile,
    )


def load(config: uvicorn.Config) -> None:
    """Read the certificate; end the program with one sentence if that does not succeed."""
    try:
        config.load()
    except OSError as error:
        sys.exit(f"Cannot use the certificate {config.ssl_certfile} with its key: {error}.")


def main() -> None:
    """Serve until Ctrl+C or SIGTERM, then drain."""
    arguments = read_arguments()
    settings = settings_of(arguments)
    app = make_app(settings)
    config = configure(app, settings, arguments)
    log_from(arguments.log_level)
    load(config)
    listener = listen(arguments.host, arguments.port)
    print(f"Serving on {address(listener, config)} (Ctrl+C stops)", flush=True)
    with suppress(KeyboardInterrupt):
        DrainingServer(config, app.state.draining, settings.drain_seconds).run(sockets=[listener])


def log_from(level: str) -> None:
    """Let the server's own lines out, from this level on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger(LOGGER).setLevel(level.upper())


def address(listener: socket.socket, config: uvicorn.Config) -> str:
    """Return where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if config.ssl_certfile else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


if __name__ == "__main__":
    main()
