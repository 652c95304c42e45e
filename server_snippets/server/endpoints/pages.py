"""`GET /`: the test page."""

import mimetypes
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles


# Where Windows' registry names another type for .js, browsers refuse the page's modules.
mimetypes.add_type("text/javascript", ".js")
# Nobody else may frame the page, but notebooks on this machine, at whichever port, and VS Code's.
ANCESTORS = " ".join(
    [
        "'self'",
        *(f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1")),
        *("vscode-webview:", "vscode-file:"),
    ]
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws: wss:; "
    f"base-uri 'none'; form-action 'none'; frame-ancestors {ANCESTORS}; require-trusted-types-for 'script'"
)
SAFE = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
STATIC = Path(__file__).parent.parent / "static"


def pages_router() -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get("/")
    async def test_page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"} | SAFE)

    return router


class SafeFiles(StaticFiles):
    """The page's files, each taken for what it says it is."""

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        """Return a file, or that it has not changed."""
        response = super().file_response(*arguments, **options)
        response.headers.update(SAFE)
        return response
