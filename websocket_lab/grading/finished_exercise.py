"""A finished exercise in action: the server of its solution, with the code out of sight."""

import linecache
import sys
from types import ModuleType
from typing import Any

from starlette.types import ASGIApp

from websocket_lab.grading.exercise_notebook import read_solution, server_cells
from websocket_lab.server.background_server import BackgroundServer


def finished_module(exercise: str) -> ModuleType:
    """Run the solution's server cells in a new, empty module; return it."""
    module = ModuleType(f"finished_{exercise}")
    # pydantic and dataclasses look a class's module up by its name.
    sys.modules[module.__name__] = module
    for number, code in server_cells(read_solution(exercise)):
        name = f"<solution of {exercise}, cell {number}>"
        # So that a traceback shows these lines.
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        exec(compile(code, name, "exec"), module.__dict__)
    return module


def finished_app(exercise: str, *arguments: Any) -> ASGIApp:
    """Return a new app that the solution makes of the arguments; LookupError if it makes none."""
    module = finished_module(exercise)
    if not hasattr(module, "make_app"):
        raise LookupError(f"The exercise {exercise!r} builds no server: its solution has no make_app().")
    app: ASGIApp = module.make_app(*arguments)
    return app


def finished_server(exercise: str, *arguments: Any) -> BackgroundServer:
    """Start a server on the app that the solution makes of the arguments, and return it."""
    return BackgroundServer(finished_app(exercise, *arguments)).start()
