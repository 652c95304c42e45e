"""A link passes on what a client left behind, however early it went."""

import asyncio
from unittest.mock import Mock

from websocket_lab.wire.faults import FaultBook
from websocket_lab.wire.proxy import ProxiedConnection
from websocket_lab.wire.recorder import WireRecorder


def transport() -> Mock:
    """Return a stand-in for one side's connection, which notes what is done to it."""
    stand_in = Mock(spec=asyncio.Transport)
    stand_in.is_closing.return_value = False
    stand_in.get_extra_info.side_effect = {"peername": ("127.0.0.1", 5), "socket": Mock()}.get
    return stand_in


def gone_before_the_server_was_there(how: str) -> tuple[WireRecorder, Mock]:
    async def scene() -> tuple[WireRecorder, Mock]:
        recorder, server = WireRecorder(), transport()
        link = ProxiedConnection(recorder, FaultBook(), transport())
        link.came(True, b"last words")
        link.came(True, how)  # type: ignore[arg-type]
        if how == "RST":
            link.lost()
        link.join(server)
        return recorder, server

    return asyncio.run(scene())


def test_a_reset_before_the_server_is_joined_reaches_it_as_a_reset() -> None:
    recorder, server = gone_before_the_server_was_there("RST")
    server.get_extra_info("socket").setsockopt.assert_called_once()
    server.abort.assert_called_once()
    assert recorder.connections[0].ending == "reset (RST) by the client"


def test_an_end_before_the_server_is_joined_reaches_it_after_the_last_words() -> None:
    _, server = gone_before_the_server_was_there("FIN")
    assert [call[0] for call in server.method_calls if call[0].startswith("write")] == ["write", "write_eof"]


def test_a_link_is_gone_when_both_sides_are() -> None:
    async def scene() -> list[bool]:
        link = ProxiedConnection(WireRecorder(), FaultBook(), transport())
        steps = [link.is_gone]
        for _ in range(2):
            link.lost()
            steps.append(link.is_gone)
        return steps

    assert asyncio.run(scene()) == [False, False, True]


def test_what_a_side_can_have_heard_is_recorded() -> None:
    async def scene() -> list[str]:
        recorder, server, recorded = WireRecorder(), transport(), []
        server.write.side_effect = lambda _: recorded.extend(arrow.label for arrow in recorder.arrows())
        link = ProxiedConnection(recorder, FaultBook(), transport())
        link.join(server)
        link.came(True, b"GET /ws HTTP/1.1\r\n\r\n")
        return recorded

    assert asyncio.run(scene()) == ["GET /ws"]
