"""A handshake is shown as sent, and its proof is recomputed."""

from websocket_lab.wire.connection import WireConnection
from websocket_lab.wire.handshake_view import AcceptProof, show_handshake
from websocket_lab.wire.recorder import WireRecorder


REQUEST = (
    b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"User-Agent: Ana (WebSocket Lab)\r\n\r\n"
)
RESPONSE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n"


def shaken(*, request: bytes = REQUEST, response: bytes) -> WireConnection:
    recorder = WireRecorder()
    connection = recorder.open()
    recorder.feed(connection, True, request)
    recorder.feed(connection, False, response)
    return connection


def test_the_example_of_the_standard_is_proved() -> None:
    # RFC 6455, 1.3
    shown = show_handshake(shaken(response=RESPONSE % b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")).text
    assert "GET /chat HTTP/1.1\nUpgrade: websocket" in shown
    assert "20 bytes: b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea" in shown
    assert shown.endswith("Result: ✓ equal")


def test_a_wrong_proof_is_told() -> None:
    assert show_handshake(shaken(response=RESPONSE % b"wrong")).text.endswith("Result: ✗ not equal")


def test_a_missing_key_is_told() -> None:
    assert ("1. The request's Sec-WebSocket-Key", "missing") in AcceptProof("", "").steps


def test_a_refusal_is_shown_with_its_body() -> None:
    response = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 8\r\n\r\n<b>No</b"
    shown = show_handshake(shaken(response=response))
    assert "The server refuses with HTTP 401" in shown.text and "<b>No</b" in shown.text
    assert "<b>No" not in shown._repr_html_()


def test_without_an_answer_it_says_so() -> None:
    assert "The server has not answered." in show_handshake(shaken(response=b"")).text


def test_without_a_request_it_says_so() -> None:
    assert "no HTTP request came" in show_handshake(WireRecorder().open()).text
