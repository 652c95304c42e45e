"""`GET /`, `GET /health` and `GET /ready`: the test page, and a word on how the server is."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse

from ..shutdown import Draining
from ..transport.open_connections import OpenConnections


# Where Windows' registry names another type for .js, browsers refuse the page's modules.
mimetypes.add_type("text/javascript", ".js")
STATIC = Path(__file__).parent.parent / "static"


def pages_router(open_connections: OpenConnections, draining: Draining) -> APIRouter:
    """Return the routes that answer over HTTP."""
    router = APIRouter()

    @router.get("/")
    async def test_page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    @router.get("/health")
    async def health() -> dict[str, str | int]:
        return {"status": "ok", "connections": open_connections.count}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        if draining.has_begun:
            return JSONResponse({"status": "draining"}, status_code=503)
        return JSONResponse({"status": "ready"})

    return router
