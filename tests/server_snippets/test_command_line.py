"""python -m server_snippets: help, options, faults in one sentence, and a server as in service."""

import signal
import socket
import subprocess

import pytest

from server_snippets.server.cli import read_arguments
from tests.server_snippets.service import COMMAND, serving, stop
from websocket_lab import LiveClient


def tell_apart(port: int, right: str, wrong: str) -> None:
    """Be answered with the right token, and turned away with a wrong one."""
    address = f"ws://127.0.0.1:{port}/ws/auth?token="
    with LiveClient(address + right) as ana:
        ana.send("hi")
        assert ana.wait_for("Echo: hi")
    with LiveClient(address + wrong) as eve:
        assert eve.wait_closed() == 4001


def test_it_serves_and_ends_quietly_with_ctrl_c() -> None:
    with serving() as (port, process):
        tell_apart(port, "secret-token", "wrong-token")
        output = stop(process, signal.SIGINT)

    assert process.returncode == 0
    assert output == ""


def test_the_environment_sets_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSOCKET_TOKEN", "another-token")

    with serving("--log-level", "info") as (port, process):
        tell_apart(port, "another-token", "secret-token")
        output = stop(process, signal.SIGINT)

    assert "code=4001" in output
    assert "-token" not in output


def test_it_limits_and_does_not_compress() -> None:
    with serving() as (port, _), LiveClient(f"ws://127.0.0.1:{port}/ws", compression="deflate") as ana:
        assert "Sec-WebSocket-Extensions" not in ana._connection._websocket.response.headers  # type: ignore
        ana.send("x" * 65_536)
        assert ana.receive() == f"Echo: {'x' * 65_536}"
        ana.send("x" * 65_537)
        assert ana.wait_closed() == 1009


def test_a_rate_of_zero_switches_the_limit_off() -> None:
    with serving("--rate", "0") as (port, _), LiveClient(f"ws://127.0.0.1:{port}/ws") as ana:
        for _ in range(500):
            ana.send("hi")
        assert {ana.receive() for _ in range(500)} == {"Echo: hi"}


def test_a_rate_is_a_number_a_second() -> None:
    with serving("--rate", "1") as (port, _), LiveClient(f"ws://127.0.0.1:{port}/ws") as ana:
        # Two at once, and one more for each second that this takes.
        for _ in range(100):
            ana.send("hi")
        assert ana.wait_for(lambda text: "rate_limited" in text)


def test_an_origin_can_be_allowed() -> None:
    with serving("--allow-origin", "https://example.org") as (port, _):
        LiveClient(f"ws://127.0.0.1:{port}/ws", origin="https://example.org").connect().disconnect()


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)


def test_a_taken_port_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken. Stop the other server, or give another --port")
    assert "Traceback" not in done.stderr


def test_an_address_of_another_machine_is_said_in_one_sentence() -> None:
    done = run("--host", "192.0.2.1", "--port", "0")

    assert done.returncode == 1
    assert done.stderr.startswith("Cannot listen on 192.0.2.1")
    assert "Traceback" not in done.stderr


def test_a_key_without_its_certificate_is_said_in_one_sentence() -> None:
    done = run("--port", "0", "--ssl-keyfile", "key.pem")

    assert (done.returncode, done.stderr) == (1, "A key needs its certificate: give --ssl-certfile, too.\n")


def test_a_host_that_nobody_knows_is_said_in_one_sentence() -> None:
    done = run("--port", "0", "--host", "nowhere.invalid")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "(while" not in done.stderr


def test_help_names_every_option() -> None:
    done = run("--help")

    assert done.returncode == 0
    for option in ("--host", "--port", "--rate", "--allow-origin"):
        assert option in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "ninety"], "'ninety' is not a port"),
        (["--port", "65536"], "'65536' is not a port"),
        (["--rate", "-1"], "rate"),
        (["--rate", "fast"], "'fast' is not a rate"),
        (["--max-connections", "few"], "'few' is not a limit"),
        (["--allow-origin", "example.org"], "'example.org' is not an origin"),
        (["--allow-origin", "ftp://example.org"], "'ftp://example.org' is not an origin"),
        (["--drain-seconds", "soon"], "'soon' is not a time"),
        (["--drain-seconds", "inf"], "'inf' is not a time"),
    ],
)
def test_nonsense_is_explained(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(options)

    assert said in capsys.readouterr().err


def test_without_options_it_is_the_course_s_server() -> None:
    arguments = read_arguments([])

    assert (arguments.host, arguments.port, arguments.rate) == ("127.0.0.1", 8000, 100)
