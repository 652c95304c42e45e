"""How the code fits together, in numbers: `python -m authoring architecture`.

It sends one chat message through the finished server and lists the functions of ours that are called for it,
in memory and over Redis. Coroutines that were waiting for the message, such as the middleware around an
endpoint, pass it through without doing anything, and are only counted. Then it lists the modules that only
one other module imports, and counts the lines.
"""

import ast
import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import CodeType, FrameType

from websockets.asyncio.client import ClientConnection, connect

from server_snippets.server.options import read_arguments
from server_snippets.server.serve import listen, make_server
from websocket_lab.processes.private_redis import PrivateRedis


ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("websocket_lab", "server_snippets", "authoring", "benchmarks")
SERVER = str(ROOT / "server_snippets")
# What runs for each of them belongs to a message; what runs for one may be a timer's.
MESSAGES = 3


def print_architecture(root: Path = ROOT) -> int:
    """Print the numbers with what they count; return 0."""
    for place, redis_url in brokers():
        functions, waiting = functions_of_a_message(redis_url)
        modules = sorted({module for module, _ in functions})
        print(
            f"One chat message, {place}: {len(functions)} functions in {len(modules)} modules, "
            f"and {waiting} coroutines that were waiting for it."
        )
        for module in modules:
            print(f"    {module}: {', '.join(name for found, name in functions if found == module)}")
    importers = importers_of_modules(root)
    single = sorted(module for module, found in importers.items() if len(found) == 1)
    print(f"\n{len(single)} of {len(importers)} modules have exactly one importer:")
    for module in single:
        print(f"    {module} ← {next(iter(importers[module]))}")
    print(f"\n{lines_of_source(root):,} lines of source in {', '.join(PACKAGES)}.")
    return 0


def brokers() -> Iterator[tuple[str, str]]:
    """Yield the name and the URL of each broker: of the memory, and of a Redis where one is installed."""
    yield "in memory", ""
    if shutil.which("redis-server"):
        with PrivateRedis() as redis:
            yield "over Redis", redis.url


def functions_of_a_message(redis_url: str) -> tuple[list[tuple[str, str]], int]:
    """Return module and name of each function that a message calls, in order, and how many others wait."""
    seen = asyncio.run(_codes_of_messages(redis_url))
    passed = [code for code in seen[0] if all(code in codes for codes in seen)]
    called = [code for code in passed if any(codes[code] for codes in seen)]
    return [(_module(code), code.co_qualname) for code in called], len(passed) - len(called)


async def _codes_of_messages(redis_url: str) -> list[dict[CodeType, bool]]:
    async with _finished_server(redis_url) as url, connect(f"{url}/ana") as ana, connect(f"{url}/ben") as ben:
        await _receive(ana, "users")
        await _receive(ben, "users")
        return [await _codes_of_one(ana, ben) for _ in range(MESSAGES)]


async def _codes_of_one(sender: ClientConnection, receiver: ClientConnection) -> dict[CodeType, bool]:
    """Return what runs for a message, each with whether it is called for it, or goes on after an `await`."""
    codes: dict[CodeType, bool] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(SERVER):
            codes[code] = codes.get(code, False) or begins(frame)

    # The clients run in this thread, too, but no code of theirs is in the server's folder.
    sys.setprofile(note)
    try:
        await sender.send('{"action": "message", "text": "hi"}')
        await _receive(sender, "message")
        await _receive(receiver, "message")
    finally:
        sys.setprofile(None)
    return codes


def begins(frame: FrameType) -> bool:
    """Return whether a frame is at its beginning, not after a `yield` or an `await` (see RESUME in `dis`)."""
    return frame.f_code.co_code[frame.f_lasti + 1] & 3 == 0


async def _receive(client: ClientConnection, kind: str) -> None:
    async with asyncio.timeout(30):
        while f'"type":"{kind}"' not in str(await client.recv()):
            pass


@asynccontextmanager
async def _finished_server(redis_url: str) -> AsyncIterator[str]:
    """Run the server as `python -m server_snippets` does; yield the address of a chat room."""
    os.environ["REDIS_URL"] = redis_url
    server = make_server(read_arguments(["--port", "0"]))
    listener = listen("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/ws/chat/lobby"
    finally:
        server.should_exit = True
        await serving


def _module(code: CodeType) -> str:
    return ".".join(Path(code.co_filename).relative_to(ROOT).with_suffix("").parts)


def importers_of_modules(root: Path) -> dict[str, set[str]]:
    """Return for each module of ours the modules of ours that import it; packages themselves do not count."""
    files = {name: path for name, path in modules(root) if path.name != "__init__.py"}
    importers: dict[str, set[str]] = {name: set() for name in files}
    for importer, path in modules(root):
        for name in imported_names(importer, path):
            if name in importers and name != importer:
                importers[name].add(importer)
    return importers


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of each module, packages included."""
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[:-1] if path.name == "__init__.py" else parts), path


def imported_names(module: str, path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever in it, relative ones made absolute."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            names |= {origin, *(f"{origin}.{alias.name}" for alias in node.names)}
    return names


def lines_of_source(root: Path) -> int:
    """Return how many lines the modules have."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for _, path in modules(root))
