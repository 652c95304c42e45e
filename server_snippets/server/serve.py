"""The server as in production: its settings, uvicorn's, and its log."""

import socket
import ssl
from argparse import Namespace
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from .app import make_app
from .logs import log_to_stderr
from .options import settings_of
from .settings import BadSetting, Settings
from .shutdown import DrainingServer
from .transport.http import LimitedHttpProtocol
from .transport.open_connections import capped
from .transport.protocol import FanOutProtocol


PEM = "both are PEM files, and the key is given with --ssl-keyfile or is in the certificate's file"


def serve(arguments: Namespace, listener: socket.socket) -> None:
    """Serve as one of several workers, on a socket that all of them listen on."""
    make_server(arguments).run(sockets=[listener])


def make_server(arguments: Namespace) -> DrainingServer:
    """Return a server for the whole app."""
    log_to_stderr(arguments.log_level, arguments.log_format)
    settings = settings_of(arguments)
    settings = replace(settings, max_connections=capped(settings.max_connections))
    app = make_app(settings)
    config = configure(app, settings, arguments)
    load(config)
    return DrainingServer(config, app.state.draining, settings.drain_seconds)


def configure(app: FastAPI, settings: Settings, arguments: Namespace) -> uvicorn.Config:
    """Return uvicorn's configuration for service."""
    return uvicorn.Config(
        app,
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
