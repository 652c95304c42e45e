"""Runs the whole server as in production: python -m server_snippets --help."""

import errno
import socket
import sys
from contextlib import suppress

import uvicorn

from server_snippets.command_line import read_arguments
from server_snippets.service import make_server, serve, settings_of
from server_snippets.workers import Workers


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


def main() -> None:
    """Serve until Ctrl+C or SIGTERM, then drain."""
    arguments = read_arguments()
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


if __name__ == "__main__":
    main()
