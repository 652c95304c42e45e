"""`GET /`: the test page."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse


# Where Windows' registry names another type for .js, browsers refuse the page's modules.
mimetypes.add_type("text/javascript", ".js")
STATIC = Path(__file__).parent.parent / "static"


def pages_router() -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get("/")
    async def test_page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    return router
