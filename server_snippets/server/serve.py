"""The server as in production: its settings, uvicorn's, and its log."""

import errno
import socket
import ssl
from argparse import Namespace
from contextlib import suppress
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from .app import make_app
from .logs import log_to_stderr
from .options import read_arguments, settings_of
from .protection import Protection
from .settings import BadSetting, Settings
from .shutdown import Draining, DrainingServer
from .transport.http import LimitedHttpProtocol
from .transport.open_connections import capped
from .transport.protocol import FanOutProtocol


PEM = "both are PEM files, and the key is given with --ssl-keyfile or is in the certificate's file"


def serve(app: ASGIApp, settings: Settings | None = None, **options: object) -> None:
    """Serve any ASGI app until Ctrl+C or SIGTERM, then drain it.

    The app gets the limits, the checks and the fast fan-out of this server; one that `make_app` returned has
    them already.

    Args:
        app: Such as a FastAPI app of yours.
        settings: Its limits; by default what the options and the environment say.
        options: Those of the command line, such as `host="0.0.0.0"` or `log_level="info"`. One that is left
            out comes from its environment variable, or is its default.

    Raises:
        BadSetting: A setting is unusable, such as a port that is taken.
        TypeError: There is no such option.
    """
    arguments = read_arguments(None, **options)
    if arguments.workers > 1:
        raise BadSetting("serve() runs one process: start it once for each port, behind a proxy.")
    server = make_server(arguments, app, settings)
    listener = listen(arguments.host, arguments.port)
    announce(listener, server.config)
    run_here(server, listener)


def serve_as_worker(arguments: Namespace, listener: socket.socket) -> None:
    """Serve as one of several workers, on a socket that all of them listen on."""
    make_server(arguments).run(sockets=[listener])


def run_here(server: DrainingServer, listener: socket.socket) -> None:
    """Serve in this process until it is told to stop."""
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def make_server(
    arguments: Namespace, app: ASGIApp | None = None, settings: Settings | None = None
) -> DrainingServer:
    """Return a server for an app; by default the whole app."""
    log_to_stderr(arguments.log_level, arguments.log_format)
    settings = settings or settings_of(arguments)
    settings = replace(settings, max_connections=capped(settings.max_connections))
    app, draining = protected(app or make_app(settings), settings)
    config = configure(app, settings, arguments)
    load(config)
    return DrainingServer(config, draining, settings.drain_seconds)


def protected(app: ASGIApp, settings: Settings) -> tuple[ASGIApp, Draining]:
    """Return an app behind its protection, and what drains it; `app.state.draining` may be its own."""
    draining = getattr(getattr(app, "state", None), "draining", None)
    if any(middleware.cls is Protection for middleware in getattr(app, "user_middleware", ())):
        return app, draining or Draining()
    protection = Protection(app, settings, draining)
    return protection, protection.draining


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


def announce(listener: socket.socket, config: uvicorn.Config) -> None:
    """Print where a browser finds the server."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if config.ssl_certfile else "http"
    address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    print(f"Serving on {address} (Ctrl+C stops)", flush=True)


def configure(app: ASGIApp, settings: Settings, arguments: Namespace) -> uvicorn.Config:
    """Return uvicorn's configuration for service."""
    return uvicorn.Config(
        app,
        # Protection answers with its app's coroutine, and has none of its own to be recognised by.
        interface="asgi3",
        # No line for each handshake, and the lines of uvicorn look like ours.
        log_level="warning",
        log_config=None,
        ws_max_size=settings.max_message_bytes,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        # What draining has left open gets no more than a second.
        timeout_graceful_shutdown=1,
        http=LimitedHttpProtocol,
        ws=FanOutProtocol,
        forwarded_allow_ips=arguments.forwarded_allow_ips,
        ssl_certfile=arguments.ssl_certfile,
        ssl_keyfile=arguments.ssl_keyfile,
    )


def load(config: uvicorn.Config) -> None:
    """Read the certificate; raise BadSetting if that does not succeed."""
    if config.ssl_keyfile and not config.ssl_certfile:
        raise BadSetting("A key needs its certificate: give --ssl-certfile, too.")
    bad_pair = f"Cannot use the certificate {config.ssl_certfile} with its key"
    try:
        config.load()
    except ssl.SSLError as error:
        reason = (error.reason or "not readable").replace("_", " ").lower()
        raise BadSetting(f"{bad_pair} ({reason}): {PEM}.") from None
    except OSError as error:
        raise BadSetting(f"{bad_pair}: {error.strerror}.") from None
