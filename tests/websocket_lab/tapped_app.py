"""The server behind the tap in the tests."""

import asyncio

from fastapi import APIRouter, FastAPI, HTTPException, WebSocket, WebSocketDisconnect


router = APIRouter()
_sent: list[int] = []


def make_app() -> FastAPI:
    """Return an app with an endpoint for each way in which a connection can go."""
    app = FastAPI()
    app.include_router(router)
    return app


def sent_by_flood() -> int:
    """Return how many messages the flood has sent."""
    return len(_sent)


@router.websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(f"Echo: {await websocket.receive_text()}")
    except (WebSocketDisconnect, RuntimeError):
        pass


@router.websocket("/closes/{code}")
async def closes(websocket: WebSocket, code: int) -> None:
    await websocket.accept()
    await websocket.close(code, "enough")


@router.websocket("/returns")
async def returns(websocket: WebSocket) -> None:
    await websocket.accept()


@router.websocket("/refused")
async def refused(websocket: WebSocket) -> None:
    await websocket.close()


@router.websocket("/unauthorized")
async def unauthorized(websocket: WebSocket) -> None:
    raise HTTPException(401, "No token")


@router.websocket("/flood")
async def flood(websocket: WebSocket) -> None:
    await websocket.accept()
    _sent.clear()
    try:
        while True:
            await websocket.send_bytes(bytes(65_536))
            _sent.append(1)
            # To a connection that has been reset, a send neither waits nor fails until the loop has a turn.
            await asyncio.sleep(0)
    except (WebSocketDisconnect, RuntimeError):
        pass


@router.websocket("/big")
async def big(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_bytes(bytes(8_000_000))
    await websocket.close()


@router.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
