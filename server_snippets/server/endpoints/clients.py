"""`/ws/{client_id}`: everyone hears who joins, what each says, and who leaves."""

from functools import partial
from itertools import count
from typing import Annotated

from fastapi import APIRouter, Path, WebSocket

from ..brokers.base import Broker, Entry
from ..brokers.membership import stay
from ..brokers.presence import Guest
from ..connections.manager import ConnectionManager
from ..connections.messages import Refused
from ..settings import Settings


CLIENTS = "clients"
# Digits only: `int` alone would also take 1.0, 1_0, +1 and " 1" for numbers. All of these fit into 64 bits.
ClientId = Annotated[str, Path(pattern="^[0-9]{1,18}$")]
TEXT_ONLY = Refused("text_expected", "This endpoint takes text, not binary messages.")


class ClientsAudience:
    """The clients of this endpoint who are connected here."""

    def __init__(self, manager: ConnectionManager, broker: Broker) -> None:
        self.websockets: dict[Guest, WebSocket] = {}
        self._manager = manager
        broker.open(CLIENTS, self.hear)

    async def hear(self, entry: Entry) -> None:
        """Pass on what the broker brings."""
        match entry:
            case Entry(kind="entered", guest=Guest(state=client_id) as guest):
                if websocket := self.websockets.get(guest):
                    self._manager.join_room(websocket, CLIENTS)
                self._tell(f"Client {client_id} joined")
            case Entry(kind="left", guest=Guest(state=client_id) as guest):
                if websocket := self.websockets.get(guest):
                    self._manager.leave_room(websocket, CLIENTS)
                self._tell(f"Client {client_id} left")
            case Entry(kind="expired", guest=Guest(state=client_id)):
                # It is here, and enters again: until then it is told what the others are told.
                self._tell(f"Client {client_id} left")
            case Entry(kind="said", message=str() as text):
                self._tell(text)
            case Entry(kind="missed"):
                await self._manager.close_all(1012, "Come again")

    def _tell(self, text: str) -> None:
        self._manager.broadcast_to_room(text, CLIENTS)


def clients_router(settings: Settings, broker: Broker) -> APIRouter:
    """Return the routes of this endpoint; its path takes in every `/ws/…` that no earlier route has."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)
    audience = ClientsAudience(manager, broker)
    visits = count(1)

    @router.websocket("/ws/{client_id}")
    async def join(websocket: WebSocket, client_id: ClientId) -> None:
        # One number may come twice, so the guest's name is another.
        visit, number = next(visits), str(int(client_id))
        guest = Guest(CLIENTS, f"{broker.process} {visit}", broker.process, visit=visit, state=number)
        tell = partial(manager.send_personal_message, websocket=websocket)
        await manager.connect(websocket)
        audience.websockets[guest] = websocket
        try:
            async with stay(broker, guest, tell, websocket.close):
                await pass_on_each(websocket, guest)
        finally:
            del audience.websockets[guest]
            manager.disconnect(websocket)

    async def pass_on_each(websocket: WebSocket, guest: Guest) -> None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            try:
                if (text := message.get("text")) is None:
                    raise TEXT_ONLY
                await broker.say(CLIENTS, "", f"Client {guest.state}: {text}", by=guest)
            except Refused as refused:
                manager.send_personal_message(refused.error, websocket)

    return router
