"""Every option of the server: its name, its environment variable, its default and its help, in one table."""

import os
import re
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import click

from .connections.origin import DEFAULT_PORTS, read_address
from .settings import MIB, BadSetting, Settings
from .transport.backlog import SlowClients


PREFIX = "WEBSOCKET"
MAX_WORKERS = 64
MAX_DRAIN_SECONDS = 3600
SEVERAL = (
    "Each option can be set by its environment variable instead; the command line takes precedence."
    " WEBSOCKET_TOKEN sets the token; REDIS_URL=redis://127.0.0.1:6379/0 lets several processes act as one"
    " server. Both have no option, because everyone on the machine can read a process's options."
)


class WholeNumber(click.IntRange):
    """A whole number within bounds, and called so when it is not one."""

    name = "whole number"


class Seconds(click.FloatRange):
    """A length of time, which NaN is not."""

    name = "number of seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, if it is one."""
        if str(value).strip("+-").lower() == "nan":
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return super().convert(value, param, ctx)


class Origin(click.ParamType[str]):
    """The origin of a page, such as `https://example.org`."""

    name = "origin"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, if it is an origin."""
        address = read_address(value)
        if not address or address[0] not in DEFAULT_PORTS:
            self.fail(f"{value!r} is not an origin: give one such as https://example.org", param, ctx)
        return value


class Prefix(click.ParamType[str]):
    """How the names of keys in Redis begin."""

    name = "prefix"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, if braces around it make it the part that keeps all keys on one node."""
        if not re.fullmatch(r"[\w.:-]{1,64}", value, re.ASCII):
            self.fail(f"{value!r} is not a prefix: give up to 64 letters, digits, or . : _ -", param, ctx)
        return value


def option(name: str, help: str, **attributes: Any) -> click.Option:
    """Return an option whose help ends with its variable and its default."""
    variable = f"{PREFIX}_{name.removeprefix('--').replace('-', '_').upper()}"
    return click.Option([name], help=help, envvar=variable, show_envvar=True, show_default=True, **attributes)


LIMIT = WholeNumber(min=0)
OPTIONS = [
    option("--host", "Address to listen on.", default="127.0.0.1"),
    option("--port", "Port, 0 for a free one.", type=WholeNumber(0, 65535), default=8000, metavar="PORT"),
    option(
        "--workers",
        "Number of processes, connected through the Redis at REDIS_URL.",
        type=WholeNumber(1, MAX_WORKERS),
        default=1,
        metavar="N",
    ),
    option(
        "--redis-prefix",
        "How the names of the keys in Redis begin; servers that share a Redis need one each.",
        type=Prefix(),
        default=Settings.redis_prefix,
        metavar="TEXT",
    ),
    option(
        "--rate",
        "Messages per second for each connection, 0 for no limit.",
        type=LIMIT,
        default=Settings.rate,
        metavar="N",
    ),
    option(
        "--slow-clients",
        "What to do when a client has too much data waiting.",
        type=click.Choice([policy.value for policy in SlowClients]),
        default=Settings.slow_clients.value,
    ),
    option(
        "--allow-origin",
        "Another origin whose pages may connect, such as https://example.org. Can be repeated; in the"
        " variable, spaces separate several.",
        type=Origin(),
        multiple=True,
        metavar="ORIGIN",
    ),
    option(
        "--require-token",
        "Ask for the token on every WebSocket endpoint, not only on /ws/auth.",
        is_flag=True,
    ),
    option(
        "--max-connections",
        "Maximum number of open connections, 0 for no limit.",
        type=LIMIT,
        default=Settings.max_connections,
        metavar="N",
    ),
    option(
        "--max-per-address",
        "Maximum number of connections from one address, 0 for no limit. Without it, 256, and no limit for"
        " this machine's own.",
        type=LIMIT,
        metavar="N",
    ),
    option(
        "--max-backlog",
        "MiB of memory for messages that wait for slow clients, 0 for no limit.",
        type=LIMIT,
        default=Settings.max_backlog_bytes // MIB,
        metavar="MIB",
    ),
    option(
        "--drain-seconds",
        "Seconds that clients and tasks may take to finish at shutdown.",
        type=Seconds(0, MAX_DRAIN_SECONDS),
        default=Settings.drain_seconds,
        metavar="S",
    ),
    option(
        "--forwarded-allow-ips",
        "Comma-separated addresses of proxies whose X-Forwarded-… is trusted.",
        default="127.0.0.1,::1",
        metavar="LIST",
    ),
    option("--ssl-certfile", "Certificate with its chain, for wss and https.", metavar="FILE"),
    option("--ssl-keyfile", "The certificate's private key.", metavar="FILE"),
    option(
        "--log-level",
        "Lowest level to log: warning, or info for a line per connection.",
        type=click.Choice(["warning", "info"]),
        default="warning",
    ),
    option(
        "--log-format",
        "Lines of text for people, or one JSON object per line for programs that collect logs.",
        type=click.Choice(["text", "json"]),
        default="text",
    ),
]


def make_command(package: str, run: Callable[..., object] | None = None) -> click.Command:
    """Return the command line `python -m package`, which calls `run` with one keyword for each option."""
    return click.Command(
        f"python -m {package}",
        params=list(OPTIONS),
        help="Run the whole server of the WebSocket Lab.",
        epilog=SEVERAL,
        callback=run,
        context_settings={"max_content_width": 110},
    )


def read_arguments(arguments: list[str] | None = None, **options: object) -> Namespace:
    """Return the options that these arguments, these keywords and the environment give.

    Raises:
        BadSetting: One of them is unusable.
        TypeError: There is no option for a keyword.
    """
    command = make_command("server_snippets")
    try:
        context = command.make_context(command.name, arguments or [])
    except click.UsageError as error:
        raise BadSetting(error.format_message()) from None
    if unknown := options.keys() - context.params.keys():
        raise TypeError(f"There is no option {min(unknown)!r}; see --help.")
    return Namespace(**context.params | options)


def settings_of(arguments: Namespace) -> Settings:
    """Return what the options and the environment ask of the app."""
    return Settings(
        # Never options: those are seen by everyone who can list the machine's processes.
        token=os.environ.get("WEBSOCKET_TOKEN") or Settings.token,
        redis_url=os.environ.get("REDIS_URL", ""),
        require_token=arguments.require_token,
        redis_prefix=arguments.redis_prefix,
        rate=arguments.rate,
        allowed_origins=frozenset(arguments.allow_origin),
        slow_clients=SlowClients(arguments.slow_clients),
        max_connections=arguments.max_connections,
        max_per_address=arguments.max_per_address,
        max_backlog_bytes=arguments.max_backlog * MIB,
        drain_seconds=arguments.drain_seconds,
    )


def settings_from_environment() -> Settings:
    """Return what the environment asks of the app, for a server that has no command line of its own.

    Raises:
        BadSetting: A variable cannot be used.
    """
    return settings_of(read_arguments())
