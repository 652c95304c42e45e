"""A traceback that leads into this package shows the learner's own lines; every other stays whole."""

import json
from collections.abc import Callable
from types import ModuleType
from unittest.mock import patch

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from websocket_lab.server.short_traceback import learner_part, shorten_tracebacks


RAISES = {
    "LiveClient('ws://127.0.0.1:1/ws').connect()": "ConnectFailed: Nothing answers at",
    "ClientPanel('ws://127.0.0.1:1/ws').connect()": "ConnectFailed: Nothing answers at",
    "LiveClient('ws://127.0.0.1:1/ws').receive(deadline=0.01)": "ConnectionEnded: Ana is not connected.",
    "LiveClient('ws://127.0.0.1:1/ws').wait_closed(0.01)": "TimeoutError: Ana could not see",
    "WireTap(BackgroundServer(FastAPI())).start()": "ValueError: The server has no port yet.",
    "BackgroundServer(FastAPI()).cpu_seconds()": "RuntimeError: The server is not running.",
    "BackgroundServer(FastAPI(), ws_pings=1).start()": "TypeError: ",
}
IMPORTS = (
    "import json\nfrom fastapi import FastAPI\n"
    "from websocket_lab import BackgroundServer, ClientPanel, LiveClient, WireTap"
)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Returns what a shell with short tracebacks shows of code that raises."""
    config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    shell = InteractiveShell(user_module=ModuleType("learner"), config=config)
    with patch("websocket_lab.server.short_traceback.get_ipython", lambda: shell):
        shorten_tracebacks()
    shell.run_cell(IMPORTS).raise_error()

    def show(code: str) -> str:
        shell.run_cell(code, store_history=True)
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("code", RAISES)
def test_only_the_learners_line_and_the_message_are_shown(shown: Callable[[str], str], code: str) -> None:
    output = shown(code)

    assert f"----> 1 {code}" in output
    assert RAISES[code] in output
    assert len(output.splitlines()) <= 6
    assert ".py" not in output


def test_each_of_the_learners_own_lines_on_the_way_is_shown(shown: Callable[[str], str]) -> None:
    output = shown("def fail():\n    with LiveClient('ftp://x'):\n        pass\n\nfail()")

    assert "----> 5 fail()" in output
    assert "----> 2     with LiveClient('ftp://x'):" in output


def test_errors_of_others_keep_their_whole_traceback(shown: Callable[[str], str]) -> None:
    assert "decoder.py" in shown("json.loads('x')")


def test_an_exception_that_never_met_this_package_is_left_alone() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("x")

    assert learner_part(raised.tb) is raised.tb


def test_a_handler_that_is_there_already_stays() -> None:
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.set_custom_exc((LookupError,), lambda *_, **__: None)  # type: ignore[no-untyped-call]
    with patch("websocket_lab.server.short_traceback.get_ipython", lambda: shell):
        shorten_tracebacks()

    assert shell.custom_exceptions == (LookupError,)
