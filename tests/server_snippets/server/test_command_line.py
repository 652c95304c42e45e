"""python -m server_snippets: help, options, faults in one sentence, and a server as in service."""

import re
import signal
import socket
import subprocess

import pytest

from server_snippets.server.options import OPTIONS, read_arguments, settings_from_environment
from server_snippets.server.settings import BadSetting
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


def test_help_names_every_option_and_its_variable() -> None:
    done = run("--help")

    assert done.returncode == 0
    for option in OPTIONS:
        assert {option.opts[0], variable(option.opts[0])} <= set(re.findall(r"[\w-]+", done.stdout))


@pytest.mark.parametrize(
    ("option", "nonsense", "said"),
    [
        ("--port", "ninety", "'ninety' is not a valid whole number"),
        ("--port", "65536", "65536 is not in the range 0<=x<=65535"),
        ("--workers", "0", "0 is not in the range 1<=x<=64"),
        ("--workers", "65", "65 is not in the range 1<=x<=64"),
        ("--redis-prefix", "{shop}", "'{shop}' is not a prefix"),
        ("--rate", "-1", "-1 is not in the range x>=0"),
        ("--rate", "fast", "'fast' is not a valid whole number"),
        ("--max-connections", "few", "'few' is not a valid whole number"),
        ("--slow-clients", "wait", "'wait' is not one of 'disconnect', 'drop_oldest', 'drop_newest'"),
        ("--allow-origin", "example.org", "'example.org' is not an origin"),
        ("--allow-origin", "ftp://example.org", "'ftp://example.org' is not an origin"),
        ("--drain-seconds", "soon", "'soon' is not a valid number of seconds"),
        ("--drain-seconds", "nan", "'nan' is not a valid number of seconds"),
        ("--drain-seconds", "inf", "inf is not in the range 0<=x<=3600"),
    ],
)
def test_nonsense_is_explained_as_an_option_and_as_a_variable(
    option: str, nonsense: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadSetting, match=re.escape(f"{option}' (env var: '{variable(option)}'): {said}")):
        read_arguments([option, nonsense])
    monkeypatch.setenv(variable(option), nonsense)
    with pytest.raises(BadSetting, match=re.escape(f"{option}' (env var: '{variable(option)}'): {said}")):
        settings_from_environment()


def variable(option: str) -> str:
    """Return the environment variable of an option."""
    return f"WEBSOCKET_{option.strip('-').replace('-', '_').upper()}"


SET = {
    "--host": ("0.0.0.0", "0.0.0.0"),
    "--port": ("9000", 9000),
    "--workers": ("3", 3),
    "--redis-prefix": ("shop:chat", "shop:chat"),
    "--rate": ("7", 7),
    "--slow-clients": ("drop_oldest", "drop_oldest"),
    "--allow-origin": ("https://a.example https://b.example", ("https://a.example", "https://b.example")),
    "--require-token": ("true", True),
    "--max-connections": ("5", 5),
    "--max-per-address": ("0", 0),
    "--max-backlog": ("1", 1),
    "--drain-seconds": ("0.5", 0.5),
    "--forwarded-allow-ips": ("10.0.0.0/8", "10.0.0.0/8"),
    "--ssl-certfile": ("chain.pem", "chain.pem"),
    "--ssl-keyfile": ("key.pem", "key.pem"),
    "--log-level": ("info", "info"),
    "--log-format": ("json", "json"),
}


@pytest.mark.parametrize("option", [option.opts[0] for option in OPTIONS])
def test_each_option_can_be_set_by_its_variable(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, value = SET[option]
    monkeypatch.setenv(variable(option), text)

    assert getattr(read_arguments(), option.strip("-").replace("-", "_")) == value


def test_the_command_line_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSOCKET_RATE", "7")

    assert read_arguments(["--rate", "8"]).rate == 8


def test_the_variables_set_the_app_under_plain_uvicorn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"RATE": "7", "MAX_BACKLOG": "1", "ALLOW_ORIGIN": "https://a.example"}.items():
        monkeypatch.setenv(f"WEBSOCKET_{name}", text)
    settings = settings_from_environment()

    assert (settings.rate, settings.max_backlog_bytes) == (7, 1024 * 1024)
    assert settings.allowed_origins == {"https://a.example"}


def test_nonsense_ends_the_command_with_2_and_no_traceback() -> None:
    done = run("--rate", "fast")

    assert done.returncode == 2
    assert "'fast' is not a valid whole number" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_options_it_is_the_course_s_server() -> None:
    arguments = read_arguments([])

    assert (arguments.host, arguments.port, arguments.rate) == ("127.0.0.1", 8000, 100)
