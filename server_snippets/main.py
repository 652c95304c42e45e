"""The finished server, with the settings of the environment.

Run it: uvicorn server_snippets.main:app
Run it as in production: python -m server_snippets
"""

from server_snippets.server.app import make_app
from server_snippets.server.connections.manager import ConnectionManager
from server_snippets.server.options import settings_from_environment
from server_snippets.server.serve import serve
from server_snippets.server.settings import Settings


__all__ = ["ConnectionManager", "Settings", "app", "make_app", "serve"]

app = make_app(settings_from_environment())
