"""`python -m server_snippets` with a certificate: wss for those who trust its maker."""

import ssl
import urllib.request
from pathlib import Path

import pytest
import trustme

from server_snippets.server.cli import main
from tests.server_snippets.service import serving
from websocket_lab import ConnectFailed, LiveClient


AUTHORITY = trustme.CA()


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return the options that name a certificate for this machine and its key."""
    certificate = AUTHORITY.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    return ["--ssl-certfile", str(chain), "--ssl-keyfile", str(key)]


def trusting() -> ssl.SSLContext:
    """Return what a client needs that trusts our authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_who_trusts_the_authority_talks_over_wss_to_the_end(files: list[str]) -> None:
    with serving(*files) as (port, process):
        with LiveClient(f"wss://127.0.0.1:{port}/ws", ssl=trusting()) as ana:
            ana.send("hi")
            assert ana.receive() == "Echo: hi"
            process.terminate()
            assert ana.wait_closed(30) == 1012
        assert (process.wait(30), process.stdout and process.stdout.read()) == (0, "")


def test_what_all_receive_is_encrypted_for_each(files: list[str]) -> None:
    with (
        serving(*files) as (port, _),
        LiveClient(f"wss://127.0.0.1:{port}/ws/json", ssl=trusting()) as ana,
    ):
        ana.send_json({"action": "subscribe", "channel": "news"})
        assert ana.receive_json()["type"] == "subscribed"
        for number in range(3):
            ana.send_json({"action": "send", "channel": "news", "message": str(number)})
            assert ana.receive_json()["message"] == str(number)


def test_who_does_not_trust_it_does_not_connect(files: list[str]) -> None:
    with serving(*files) as (port, _), pytest.raises(ConnectFailed, match="does not trust the certificate"):
        LiveClient(f"wss://127.0.0.1:{port}/ws").connect()


def test_the_page_s_own_origin_is_welcome_over_wss(files: list[str]) -> None:
    with serving(*files) as (port, _):
        origin = f"https://127.0.0.1:{port}"
        LiveClient(f"wss://127.0.0.1:{port}/ws", ssl=trusting(), origin=origin).connect().disconnect()
        with urllib.request.urlopen(f"{origin}/ready", timeout=60, context=trusting()) as answer:
            assert answer.status == 200


def test_a_certificate_without_its_key_is_said_with_what_is_needed(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["server_snippets", *files[:2]])
    with pytest.raises(SystemExit, match="both are PEM files, and the key is given with --ssl-keyfile"):
        main()


def test_a_certificate_that_is_not_there_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["server_snippets", "--ssl-certfile", "nowhere.pem"])
    with pytest.raises(SystemExit, match="Cannot use the certificate nowhere.pem with its key: "):
        main()
