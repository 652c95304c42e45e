"""The command line: `python -m server_snippets --help`."""

import errno
import socket
import sys
from argparse import Namespace
from contextlib import suppress

import uvicorn

from .metrics import shared_metrics
from .options import make_command, settings_of
from .serve import make_server, serve
from .settings import BadSetting
from .workers import Workers


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise BadSetting if that does not succeed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadSetting(
                f"Port {port} is taken. Stop the other server, or give another --port (0: any free one)."
            ) from None
        raise BadSetting(f"Cannot listen on {host}, port {port}: {reason(error)}.") from None


def reason(error: OSError) -> str:
    """Return what went wrong, without what asyncio or the socket adds: the address is said already."""
    return (error.strerror or str(error)).partition(" (while attempting")[0]


def main(package: str = "server_snippets") -> None:
    """Serve until Ctrl+C or SIGTERM, then drain; an unusable setting ends the program in one sentence."""

    def run(**options: object) -> None:
        try:
            serve_with(Namespace(**options))
        except BadSetting as error:
            sys.exit(str(error))

    command = make_command(package, run)
    command.main(prog_name=command.name)


def serve_with(arguments: Namespace) -> None:
    """Serve in this process, or in several."""
    if arguments.workers > 1 and not settings_of(arguments).redis_url:
        raise BadSetting("Several workers need a broker between them: set REDIS_URL, or leave out --workers.")
    server = make_server(arguments)
    listener = listen(arguments.host, arguments.port)
    print(f"Serving on {address(listener, server.config)} (Ctrl+C stops)", flush=True)
    if arguments.workers > 1:
        with shared_metrics():
            Workers(arguments.workers, serve, arguments, listener).run()
    else:
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def address(listener: socket.socket, config: uvicorn.Config) -> str:
    """Return where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if config.ssl_certfile else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
