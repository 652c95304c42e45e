"""Ports of this computer, and the addresses of what listens there."""

HOST = "127.0.0.1"
HIGHEST_PORT = 65_535


def check_port(port: object) -> None:
    """Raise TypeError or ValueError in words, unless this can be a TCP port."""
    if not isinstance(port, int) or isinstance(port, bool):
        raise TypeError(f"A port is a whole number such as 8000, not of the type {type(port).__name__}.")
    if not 0 <= port <= HIGHEST_PORT:
        raise ValueError(f"A port is a number from 1 to {HIGHEST_PORT}, or 0 for a free one, not {port}.")


def address(scheme: str, port: int, path: object) -> str:
    """Return the address of `path` at a port of this computer; raise TypeError in words for a wrong path."""
    if not isinstance(path, str):
        raise TypeError(f'A path is a text such as "/ws", not of the type {type(path).__name__}.')
    return f"{scheme}://{HOST}:{port}/{path.removeprefix('/')}"
