"""`GET /health`, `/ready`, `/ready/redis` and `/metrics`: what supervisors, proxies and operators ask for."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse


def operations_router() -> APIRouter:
    """Return the routes, for an app that is behind `Protection`."""
    router = APIRouter()

    @router.get("/health")
    async def health(request: Request) -> dict[str, str | int]:
        return {"status": "ok", "connections": request.state.open_connections.count}

    @router.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        if request.state.draining.has_begun:
            return JSONResponse({"status": "draining"}, status_code=503)
        return JSONResponse({"status": "ready"})

    @router.get("/ready/redis")
    async def ready_with_redis(request: Request) -> JSONResponse:
        if (broker := request.state.broker) and broker.is_away:
            reason = "This process has lost Redis, or never reached it; its log says why."
            return JSONResponse({"status": "broker away", "reason": reason}, status_code=503)
        return await ready(request)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        text, content_type = request.state.metrics.text(request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": content_type, "X-Content-Type-Options": "nosniff"})

    return router
