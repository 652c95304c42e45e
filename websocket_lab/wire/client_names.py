"""Whose connection it is: a client's name, and the name of its lane."""

import re
from collections.abc import Collection
from urllib.parse import quote, unquote

from websocket_lab.wire.http import HttpHead


HTTP_ONLY = "HTTP"
BROWSER = "Browser"
UNKNOWN = "Client"


def user_agent(name: str) -> str:
    """Return the `User-Agent` by which a client of the lab tells its name, such as `Ana (WebSocket Lab)`."""
    return f"{quote(name, safe=' ')} (WebSocket Lab)"


def client_name(request: HttpHead) -> str:
    """Return who sent a request: a name, `Browser` or `Client`; `HTTP` where no WebSocket is asked for."""
    agent = request.header("User-Agent")
    if named := re.fullmatch(r"(.+) \(WebSocket Lab\)", agent):
        return unquote(named[1])
    if not request.is_upgrade:
        return HTTP_ONLY
    return BROWSER if agent.startswith("Mozilla/") else UNKNOWN


def lane_name(name: str, taken: Collection[str]) -> str:
    """Return the lane for a client: its own name, with a number where that name is taken."""
    if name == HTTP_ONLY or (name not in taken and name not in (BROWSER, UNKNOWN)):
        return name

    number = 1 if name in (BROWSER, UNKNOWN) else 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
