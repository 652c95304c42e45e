"""Tells the others in a room who is typing."""

import asyncio

from fastapi import WebSocket

from server_snippets.connection_manager import ConnectionManager


class TypingIndicator:
    """Says once that someone types, and once that it has stopped."""

    def __init__(self, manager: ConnectionManager, seconds: float) -> None:
        self._manager = manager
        self._seconds = seconds
        # One task for each who types; it waits for the silence.
        self._silences: dict[WebSocket, asyncio.Task[None]] = {}

    async def start(self, websocket: WebSocket, room: str, username: str) -> None:
        """Count someone as typing from now on, for three seconds after the last sign of it."""
        if silence := self._silences.get(websocket):
            silence.cancel()
        else:
            await self._tell(websocket, room, username, active=True)
        self._silences[websocket] = asyncio.create_task(self._wait(websocket, room, username))

    async def stop(self, websocket: WebSocket, room: str, username: str) -> None:
        """Count someone as not typing any more; who was not typing is passed over in silence."""
        if silence := self._silences.pop(websocket, None):
            silence.cancel()
            await self._tell(websocket, room, username, active=False)

    async def _wait(self, websocket: WebSocket, room: str, username: str) -> None:
        await asyncio.sleep(self._seconds)
        del self._silences[websocket]
        await self._tell(websocket, room, username, active=False)

    async def _tell(self, websocket: WebSocket, room: str, username: str, *, active: bool) -> None:
        event = {"type": "typing", "username": username, "active": active}
        await self._manager.broadcast_to_room(event, room, but={websocket})
