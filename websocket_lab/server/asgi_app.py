"""Whether something is an app that a server can run, and which WebSocket paths it has."""

import inspect
import sys
from collections.abc import Iterator, Sequence

from starlette.routing import BaseRoute, Match, Mount, WebSocketRoute


def refuse_what_is_no_app(app: object) -> None:
    """Raise TypeError with what to pass instead, unless `app` can be called as an ASGI app is."""
    if remedy := _remedy(app):
        if inspect.iscoroutine(app):
            # Else Python would warn that nobody has awaited it, which is said here.
            app.close()
        raise TypeError(f"BackgroundServer takes an app, and {remedy}")


def is_app(thing: object) -> bool:
    """Return whether a server can run this, as far as can be seen without running it."""
    return not _remedy(thing)


def wrong_path(app: object, path: str) -> str:
    """Return a sentence with the app's WebSocket paths if none of them is `path`, else ""."""
    routes = getattr(app, "routes", None)
    if not isinstance(routes, list) or _has_path(routes, path):
        return ""

    paths = [*dict.fromkeys(_websocket_paths(routes))]
    there = f"it has {_listed(paths)}" if paths else "it has none at all"
    return f"The server has no WebSocket endpoint at {path}: {there}."


def _remedy(app: object) -> str:
    name = getattr(app, "__name__", type(app).__name__)
    if app is None:
        return "this is None. Does the function that makes the app return it?"
    if isinstance(app, str):
        return f"this is the text {app!r}. Import the app, and pass the app itself."
    if inspect.iscoroutine(app):
        return f"this is a call of the async function {name} that nobody has awaited: await it first."
    if isinstance(app, type):
        return f"{name} is a class. Pass an app of it: {name}()."
    if _is_router(app):
        return "this is a router. Include it in an app, app.include_router(router), and pass the app."
    if not callable(app):
        return f"this is of the type {name}. Pass what FastAPI() returns."
    return "" if _takes(app, 3) else _function_remedy(app, name)


def _is_router(app: object) -> bool:
    # FastAPI takes half a second to import; someone who passes one of its routers has imported it.
    fastapi = sys.modules.get("fastapi")
    return fastapi is not None and isinstance(app, fastapi.APIRouter)


def _function_remedy(function: object, name: str) -> str:
    if _takes(function, 0):
        call = f"await {name}()" if inspect.iscoroutinefunction(function) else f"{name}()"
        return f"{name} is a function. Pass the app itself: {call}."
    return f"{name} is not one: an app is called with scope, receive and send. Pass the app it belongs to."


def _takes(function: object, count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))  # type: ignore[arg-type]
    except TypeError:
        return False
    except ValueError:
        # Some functions written in C have no signature.
        return True
    return True


def _has_path(routes: list[BaseRoute], path: str) -> bool:
    scope = {"type": "websocket", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)


def _websocket_paths(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    # Only a sentence about a wrong path needs it, and FastAPI takes half a second to import.
    from fastapi.routing import iter_route_contexts

    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, WebSocketRoute):
            yield f"{prefix}{route.path}"
        elif isinstance(route.original_route, Mount):
            yield from _websocket_paths(route.original_route.routes, f"{prefix}{route.path}")


def _listed(paths: list[str]) -> str:
    *others, last = paths
    return f"{', '.join(others)} and {last}" if others else last
