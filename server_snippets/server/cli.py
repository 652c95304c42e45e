"""The command line: `python -m server_snippets --help`."""

import sys
from argparse import Namespace

from .metrics import shared_metrics
from .options import make_command, settings_of
from .serve import announce, listen, make_server, run_here, serve_as_worker
from .settings import BadSetting
from .workers import Workers


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
    announce(listener, server.config)
    if arguments.workers > 1:
        with shared_metrics():
            Workers(arguments.workers, serve_as_worker, arguments, listener).run()
    else:
        run_here(server, listener)
