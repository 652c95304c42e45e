"""`/ws/json`: channels that clients subscribe to, and an echo for JSON."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket
from pydantic import AfterValidator, BaseModel, Field, JsonValue, TypeAdapter

from ..brokers.base import Broker, Entry
from ..connections.manager import ConnectionManager
from ..connections.messages import ClientError, answer_each
from ..settings import Settings


CHANNELS = "channels"
MAX_SUBSCRIPTIONS = 100


def check_finite(data: JsonValue) -> JsonValue:
    """Return `data` if JSON can say it; Python reads NaN and 1e999, which others cannot read back."""
    json.dumps(data, allow_nan=False)
    return data


Channel = Annotated[str, Field(min_length=1, max_length=100)]


class Subscribe(BaseModel):
    """OnEvent what is sent to a channel."""

    action: Literal["subscribe"]
    channel: Channel


class Unsubscribe(BaseModel):
    """OnEvent no more of a channel."""

    action: Literal["unsubscribe"]
    channel: Channel


class Send(BaseModel):
    """Tell all subscribers of a channel something."""

    action: Literal["send"]
    channel: Channel
    message: str


class Echo(BaseModel):
    """Get some JSON back."""

    action: Literal["echo"]
    data: Annotated[JsonValue, AfterValidator(check_finite)]


Action = Subscribe | Unsubscribe | Send | Echo
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


class Subscriber:
    """One client of the channels: a channel is a room of the connection manager."""

    __slots__ = ("_broker", "_manager", "_websocket")

    def __init__(self, websocket: WebSocket, manager: ConnectionManager, broker: Broker) -> None:
        self._websocket = websocket
        self._manager = manager
        self._broker = broker

    async def answer(self, action: Action) -> None:
        """Carry out one action."""
        match action:
            case Subscribe(channel=channel):
                self._subscribe(channel)
                self._reply({"type": "subscribed", "channel": channel})
            case Unsubscribe(channel=channel):
                self._unsubscribe(channel)
                self._reply({"type": "unsubscribed", "channel": channel})
            case Send(channel=channel, message=message):
                event = {"type": "message", "channel": channel, "message": message}
                await self._broker.publish(CHANNELS, channel, event)
            case Echo(data=data):
                self._reply({"type": "response", "data": data})

    def _reply(self, event: dict[str, JsonValue]) -> None:
        self._manager.send_personal_message(event, self._websocket)

    def _subscribe(self, channel: str) -> None:
        # Subscribing again is not a mistake: a client that reconnects asks for all of them again.
        if len({*self._manager.rooms_of(self._websocket), channel}) > MAX_SUBSCRIPTIONS:
            raise ClientError("too_many_subscriptions", f"{MAX_SUBSCRIPTIONS} channels are the most.")

        self._manager.join_room(self._websocket, channel)

    def _unsubscribe(self, channel: str) -> None:
        self._manager.leave_room(self._websocket, channel)


def channels_router(settings: Settings, broker: Broker) -> APIRouter:
    """Return the routes of this endpoint."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)

    async def on_event(entry: Entry) -> None:
        if entry.kind == "missed":
            await manager.close_all(1012, "Come again")
        else:
            manager.broadcast_to_room(entry.message, entry.room)

    broker.subscribe(CHANNELS, on_event)

    @router.websocket("/ws/json")
    async def channels(websocket: WebSocket) -> None:
        await manager.connect(websocket)
        try:
            await answer_each(websocket, manager, ACTIONS, Subscriber(websocket, manager, broker).answer)
        finally:
            manager.disconnect(websocket)

    return router
