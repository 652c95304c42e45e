"""Tells whether everything the course needs is installed and works, one line for each thing."""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from websocket_lab.client.live_client import LiveClient
from websocket_lab.server.background_server import BackgroundServer


OLDEST_PYTHON = (3, 11)
REMEDY = "close JupyterLab and run: python3 start.py"


def install_check() -> None:
    """Print a line for Python, for each package, and for an echo that really goes through a server."""
    for line in [python_line(), *package_lines(requires("websocket-lab") or []), echo_line()]:
        print(line)


def python_line(found: tuple[int, int] = sys.version_info[:2]) -> str:
    """Return whether this Python is new enough."""
    name = "Python " + ".".join(map(str, found))
    if found >= OLDEST_PYTHON:
        return f"✓ {name}"
    return f"✗ {name} is too old. The course needs 3.11 or newer: install it, then {REMEDY}"


def package_lines(requirements: list[str]) -> Iterator[str]:
    """Yield for each requirement whether it is installed in a version that will do."""
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate():
            yield _package_line(requirement)


def _package_line(requirement: Requirement) -> str:
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"✗ {requirement.name} is missing: {REMEDY}"

    if not requirement.specifier.contains(found, prereleases=True):
        return f"✗ {requirement.name} {found} does not match {requirement.specifier}: {REMEDY}"
    return f"✓ {requirement.name} {found}"


def echo_line() -> str:
    """Return whether a message reaches a server in this kernel and comes back."""
    app = Starlette(routes=[WebSocketRoute("/ws", _echo)])
    try:
        with BackgroundServer(app) as server, LiveClient(server.url("/ws")) as client:
            client.send("Hello")
            client.wait_for("Hello")
    except (OSError, RuntimeError) as error:
        return f"✗ no echo: {error} Does a firewall or a security program guard 127.0.0.1?"
    return "✓ a message went to a server in this kernel and came back"


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()
