"""What the handshake agreed on about deflated messages (RFC 7692, 7.1)."""

from websocket_lab.wire.http_head import HttpHead
from websocket_lab.wire.inflater import Inflater


def inflater(response: HttpHead, *, from_client: bool) -> Inflater | None:
    """Return what inflates one side's messages, or None where permessage-deflate was not agreed on."""
    for extension in response.header("Sec-WebSocket-Extensions").split(","):
        name, *parameters = (part.strip().lower() for part in extension.split(";"))
        if name == "permessage-deflate":
            side = "client" if from_client else "server"
            return Inflater(keeps_context=f"{side}_no_context_takeover" not in parameters)
    return None
