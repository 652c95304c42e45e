"""`/ws/{client_id}`: everyone hears who joins, what each says, and who leaves."""

import re
from functools import partial
from itertools import count
from typing import Annotated

from fastapi import APIRouter, Path, WebSocket

from ..brokers.base import Broker, Entry
from ..brokers.membership import membership
from ..brokers.presence import Presence
from ..connections.manager import ConnectionManager
from ..connections.messages import ClientError
from ..settings import Settings


CLIENTS = "clients"
# Digits only: `int` alone would also take 1.0, 1_0, +1 and " 1" for numbers. All of these fit into 64 bits.
ClientId = Annotated[str, Path(pattern="^[0-9]{1,18}$")]
# What would end a client's line, so that the rest looks like another's: controls but for the tab, and
# Unicode's own line breaks.
LINE_BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
ONE_LINE = ClientError("one_line_expected", "Send one line of text: no line breaks or control characters.")
TEXT_ONLY = ClientError("text_expected", "This endpoint takes text, not binary messages.")


class ClientsDelivery:
    """The clients of this endpoint who are connected here."""

    def __init__(self, manager: ConnectionManager, broker: Broker) -> None:
        self.websockets: dict[Presence, WebSocket] = {}
        self._manager = manager
        broker.subscribe(CLIENTS, self.on_event)

    async def on_event(self, entry: Entry) -> None:
        """Pass on what the broker brings."""
        match entry:
            case Entry(kind="joined", presence=Presence(state=client_id) as presence):
                if websocket := self.websockets.get(presence):
                    self._manager.join_room(websocket, CLIENTS)
                self._tell(f"Client {client_id} joined")
            case Entry(kind="left", presence=Presence(state=client_id) as presence):
                if websocket := self.websockets.get(presence):
                    self._manager.leave_room(websocket, CLIENTS)
                self._tell(f"Client {client_id} left")
            case Entry(kind="expired", presence=Presence(state=client_id)):
                # It is here, and enters again: until then it is told what the others are told.
                self._tell(f"Client {client_id} left")
            case Entry(kind="published", message=str() as text):
                self._tell(text)
            case Entry(kind="missed"):
                await self._manager.close_all(1012, "Come again")

    def _tell(self, text: str) -> None:
        self._manager.broadcast_to_room(text, CLIENTS)


def clients_router(settings: Settings, broker: Broker) -> APIRouter:
    """Return the routes of this endpoint; its path takes in every `/ws/…` that no earlier route has."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)
    delivery = ClientsDelivery(manager, broker)
    visits = count(1)

    @router.websocket("/ws/{client_id}")
    async def join(websocket: WebSocket, client_id: ClientId) -> None:
        # Two clients may have one number, so the presence needs a name of its own.
        visit, number = next(visits), str(int(client_id))
        presence = Presence(CLIENTS, f"{broker.process} {visit}", broker.process, visit=visit, state=number)
        tell = partial(manager.send_personal_message, websocket=websocket)
        await manager.connect(websocket)
        delivery.websockets[presence] = websocket
        try:
            async with membership(broker, presence, tell, websocket.close):
                await pass_on_each(websocket, presence)
        finally:
            del delivery.websockets[presence]
            manager.disconnect(websocket)

    async def pass_on_each(websocket: WebSocket, presence: Presence) -> None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            try:
                if (text := message.get("text")) is None:
                    raise TEXT_ONLY
                if LINE_BREAKS.search(text):
                    raise ONE_LINE
                await broker.publish(CLIENTS, "", f"Client {presence.state}: {text}", by=presence)
            except ClientError as error:
                manager.send_personal_message(error.error, websocket)

    return router
