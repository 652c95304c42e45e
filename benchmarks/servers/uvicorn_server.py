"""uvicorn with the naive room, or with the whole server in place of uvicorn's own way out.

python -m benchmarks.servers.uvicorn_server APP COMPRESSION, with APP one of main, naive, broadcaster,
subscription_each.
"""

import asyncio
import socket
import sys
from importlib import import_module

import uvicorn
from starlette.types import ASGIApp


def load(name: str) -> ASGIApp:
    """Return the app of that name."""
    if name == "main":
        main = import_module("server_snippets.main")
        return main.make_app(main.Settings(rate=0))  # type: ignore[no-any-return]
    return import_module(f"benchmarks.servers.{name}_app").app  # type: ignore[no-any-return]


def main() -> None:
    """Serve until the process is ended."""
    name, compression = sys.argv[1:]
    config = uvicorn.Config(load(name), log_level="error", ws_per_message_deflate=compression == "on")
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
