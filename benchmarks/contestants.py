"""Who is measured: the course's server, the naive code, and the peers that this Python and Node have."""

import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


SERVERS = Path(__file__).with_name("servers")


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module by this Python."""
    return [sys.executable, "-m", module, *arguments]


@dataclass(frozen=True)
class Contestant:
    """One server, and how its clients speak.

    Args:
        name: What tables call it.
        command: Starts it; it prints its port first.
        packages: What it needs that may be missing.
        path: Where its room is.
        greeting: What a client sends to get into the room.
        answers: How many messages a client hears before the first of the room.
        form: What a message looks like; TEXT stands for the text.
        echo: Where its echo is, or "" if it has none.
    """

    name: str
    command: list[str]
    packages: tuple[str, ...] = ()
    path: str = "/ws"
    greeting: str = ""
    answers: int = 0
    form: str = "TEXT"
    echo: str = "/echo"

    @property
    def is_here(self) -> bool:
        """Whether it can be started."""
        if self.command[0] == "node":
            return bool(shutil.which("node")) and node_modules() is not None
        return all(find_spec(package) for package in self.packages)


def node_modules() -> Path | None:
    """Return the folder where Node's package ws is: `npm install --prefix benchmarks ws` puts it there."""
    folder = SERVERS.parent / "node_modules"
    return folder if (folder / "ws").is_dir() else None


CHANNELS = {
    "path": "/ws/json",
    "greeting": '{"action": "subscribe", "channel": "news"}',
    "answers": 1,
    "form": '{"action": "send", "channel": "news", "message": "TEXT"}',
    "echo": "/ws",
}
UVICORN = "benchmarks.servers.uvicorn_server"

NAIVE = Contestant("naive loop, uvicorn's defaults", python(UVICORN, "naive", "on"))
UNCOMPRESSED = Contestant("naive loop, compression off", python(UVICORN, "naive", "off"))
OURS = Contestant(
    "the whole server",
    python("server_snippets", "--port", "0", "--rate", "0"),
    **CHANNELS,  # type: ignore[arg-type]
)
OURS_ON_UVICORN = Contestant(
    "the whole server, uvicorn's own way out",
    python(UVICORN, "main", "off"),
    **CHANNELS,  # type: ignore[arg-type]
)
BARE = Contestant(
    "joined writes, bare uvloop", python("benchmarks.servers.bare_server"), ("uvloop",), echo=""
)
BROADCASTER = Contestant(
    "Starlette, broadcaster", python(UVICORN, "broadcaster", "off"), ("broadcaster",), echo=""
)
SUBSCRIPTION_EACH = Contestant(
    "a subscription for each client", python(UVICORN, "subscription_each", "off"), ("redis",), echo=""
)
PEERS = [
    Contestant("websockets", python("benchmarks.servers.websockets_server"), ("uvloop",)),
    Contestant("aiohttp", python("benchmarks.servers.aiohttp_server"), ("aiohttp", "uvloop")),
    Contestant("picows", python("benchmarks.servers.picows_server"), ("picows", "uvloop")),
    Contestant(
        "python-socketio",
        python("benchmarks.servers.socketio_server"),
        ("socketio",),
        path="/socket.io/?EIO=4&transport=websocket",
        greeting="40",
        answers=2,
        form='42["message","TEXT"]',
        echo="",
    ),
    BROADCASTER,
    Contestant("Node ws", ["node", str(SERVERS / "node_server.cjs")]),
]


def present(*contestants: Contestant) -> list[Contestant]:
    """Return those that can be started; say who is missing."""
    missing = [each.name for each in contestants if not each.is_here]
    if missing:
        print(
            f"Left out, not installed: {', '.join(missing)} (benchmarks/README.md says how).", file=sys.stderr
        )
    return [each for each in contestants if each.is_here]
