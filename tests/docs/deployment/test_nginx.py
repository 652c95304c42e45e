"""docs/deployment/nginx.conf, with a real nginx in front of the real command."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.docs.deployment.behind_nginx import need, trusting, write_certificate
from websocket_lab import ConnectFailed, LiveClient
from websocket_lab.processes.private_nginx import PrivateNginx
from websocket_lab.processes.service import Service


Visit = Callable[..., LiveClient]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate for this machine."""
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    need("nginx")
    with Service("--log-level", "info", "--max-per-address", "20") as service:
        yield service


@pytest.fixture(scope="module")
def nginx(service: Service, files: Path) -> Iterator[PrivateNginx]:
    with PrivateNginx(service.port, files) as nginx:
        yield nginx


def visit(nginx: PrivateNginx, path: str = "/ws", **options: object) -> LiveClient:
    """Return a client of the server behind nginx."""
    return LiveClient(nginx.url(path), ssl=trusting(), deadline=60, **options)


def test_messages_pass_both_ways(nginx: PrivateNginx) -> None:
    with visit(nginx) as ana:
        ana.send("hi")
        assert ana.receive() == "Echo: hi"


def test_a_close_code_passes(nginx: PrivateNginx) -> None:
    with visit(nginx, "/ws/auth?token=wrong") as eve:
        assert eve.wait_closed() == 4001


def test_the_page_s_own_origin_is_welcome_and_a_foreign_one_is_not(nginx: PrivateNginx) -> None:
    visit(nginx, origin=f"https://127.0.0.1:{nginx.port}").connect().disconnect()
    for foreign in ("https://evil.example", f"http://127.0.0.1:{nginx.port}"):
        with pytest.raises(ConnectFailed) as failure:
            visit(nginx, origin=foreign).connect()
        assert failure.value.status == 403


def test_64_kib_pass_and_more_does_not(nginx: PrivateNginx) -> None:
    with visit(nginx) as ana:
        ana.send("x" * 65_536)
        assert ana.receive() == f"Echo: {'x' * 65_536}"
        ana.send("x" * 65_537)
        assert ana.wait_closed() == 1009


def test_health_and_readiness_are_asked_through_it(nginx: PrivateNginx) -> None:
    for path in ("health", "ready"):
        url = f"https://127.0.0.1:{nginx.port}/{path}"
        with urllib.request.urlopen(url, timeout=60, context=trusting()) as answer:
            assert answer.status == 200


def test_the_metrics_are_not_for_the_public(nginx: PrivateNginx, service: Service) -> None:
    with urllib.request.urlopen(service.http_url("/metrics"), timeout=60) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="404") as failure:
        urllib.request.urlopen(f"{nginx.page}/metrics", timeout=60, context=trusting())
    failure.value.close()


def test_a_client_cannot_choose_its_address(nginx: PrivateNginx, service: Service) -> None:
    headers = {"X-Forwarded-For": "192.0.2.77", "X-Forwarded-Proto": "ws"}
    with visit(nginx, "/ws/json", additional_headers=headers):
        assert "path=/ws/json address=127.0.0.1" in service.log()
        assert "192.0.2.77" not in service.log()


def test_no_token_is_in_the_log_of_nginx(nginx: PrivateNginx) -> None:
    visit(nginx, "/ws/auth?token=secret-token").connect().disconnect()
    with visit(nginx) as ana:
        ana.send("hi")
        ana.receive()

    assert "/ws/auth 101" in nginx.log()
    assert "secret-token" not in nginx.log()


def without(line: str) -> dict[str, str]:
    """Return the change that takes a line out of the configuration."""
    return {f"{line};": ""}


def test_without_the_upgrade_line_every_handshake_fails(service: Service, files: Path) -> None:
    for line in ("Upgrade $http_upgrade", "Connection $connection_upgrade"):
        changes = without(f"proxy_set_header {line}")
        with PrivateNginx(service.port, files, changes) as nginx, pytest.raises(ConnectFailed):
            visit(nginx).connect()


def test_without_host_and_scheme_the_page_s_own_origin_is_foreign(service: Service, files: Path) -> None:
    for line in ("Host $http_host", "X-Forwarded-Proto $scheme"):
        changes = without(f"proxy_set_header {line}")
        with PrivateNginx(service.port, files, changes) as nginx, pytest.raises(ConnectFailed) as failure:
            visit(nginx, origin=nginx.page).connect()
        assert failure.value.status == 403


def test_a_short_read_timeout_cuts_who_hears_nothing(service: Service, files: Path) -> None:
    changes = {"proxy_read_timeout 60s": "proxy_read_timeout 1s"}
    with PrivateNginx(service.port, files, changes) as hasty, visit(hasty) as ana:
        assert ana.wait_closed(30) == 1006


def test_more_connections_from_one_address_than_it_lets_in_get_429(service: Service, files: Path) -> None:
    changes = {"limit_conn addresses 100": "limit_conn addresses 1"}
    with PrivateNginx(service.port, files, changes) as strict, visit(strict):
        with pytest.raises(ConnectFailed) as failure:
            visit(strict).connect()
        assert failure.value.status == 429


def test_half_a_handshake_does_not_keep_its_place(service: Service, files: Path) -> None:
    changes = {"client_header_timeout 10s": "client_header_timeout 1s"}
    answer = b""
    with (
        PrivateNginx(service.port, files, changes) as hasty,
        socket.create_connection(("127.0.0.1", hasty.port), timeout=60) as connection,
        # On a slow machine her time may be over before she has said a word.
        suppress(ConnectionError, ssl.SSLError),
        trusting().wrap_socket(connection, server_hostname="127.0.0.1") as eve,
    ):
        eve.sendall(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        answer = eve.recv(65_536)

    assert b"101" not in answer


def test_a_server_that_answers_503_passes_the_client_on_to_the_next(files: Path) -> None:
    need("nginx")
    with (
        Service("--max-connections", "1", "--log-level", "info") as full,
        Service() as free,
        LiveClient(full.url("/ws"), deadline=60),
        PrivateNginx((full.port, free.port), files) as nginx,
        visit(nginx) as ana,
    ):
        ana.send("hi")
        assert ana.receive() == "Echo: hi"
        assert "event=refused" in full.log() and "status=503" in full.log()


def test_a_drain_is_heard_through_it(files: Path) -> None:
    need("nginx")
    with Service() as service, PrivateNginx(service.port, files) as nginx, visit(nginx) as ana:
        ana.send("hi")
        assert ana.receive() == "Echo: hi"
        service.stop()

        assert ana.wait_closed() == 1012
        assert "reconnect after" in (ana.close_reason or "")


def test_no_token_is_in_any_log_after_refusals(files: Path) -> None:
    need("nginx")
    changes = {"limit_conn addresses 100": "limit_conn addresses 1"}
    with Service("--log-level", "info") as service, PrivateNginx(service.port, files, changes) as nginx:
        with visit(nginx), pytest.raises(ConnectFailed):
            visit(nginx, "/ws/auth?token=my-secret").connect()
        for path in ("/ws/abc?token=my-secret", "/nowhere?token=my-secret"):
            with pytest.raises(ConnectFailed):
                visit(nginx, path).connect()
        log = service.log()
        service.stop()
        with pytest.raises(ConnectFailed) as failure:
            visit(nginx, "/ws/auth?token=my-secret").connect()

        assert failure.value.status == 502
        logs = log + service.log() + nginx.log() + nginx.errors()
        assert "my-secret" not in logs
        assert "/ws/auth 429" in logs
        assert "/ws/auth 502" in logs
