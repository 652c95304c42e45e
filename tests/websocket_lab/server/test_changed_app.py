"""A cell that is run again and makes another app is told that the server still runs the old one."""

from collections.abc import Callable, Iterator

import pytest
from jupyter_client.manager import start_new_kernel


APP = "app = FastAPI()"
START = "server = BackgroundServer(app).start()"
SHOP = "from fastapi.applications import FastAPI as Shop\napp = Shop(title='Shop')"
# Each cell by its name, and whether it is told.
CELLS = [
    ("setup", "from fastapi import FastAPI\nfrom websocket_lab import BackgroundServer", False),
    ("app", APP, False),
    ("start", START, False),
    ("look", "app", False),
    # Another cell makes an app of its own.
    ("shop", SHOP, False),
    ("shop", SHOP, False),
    ("app", f"{APP}\napp.title = 'Better'", True),
    ("app", APP, False),
    ("start", START, False),
    ("app", "app = 'no app at all'", False),
    ("app", APP, True),
    ("both", f"{APP}\n{START}", False),
    ("both", f"{APP}\n{START}", False),
    ("make", "def make_app():\n    return FastAPI()", False),
    ("yours", "yours = BackgroundServer(make_app()).start()", False),
    ("make", "def make_app():\n    return FastAPI(title='Better')", False),
    ("app", "server.stop()\napp = FastAPI()\nsecond = BackgroundServer(app).start()", False),
    ("app", "second.stop()\napp = FastAPI()", False),
    ("end", "yours.stop()", False),
]
Run = Callable[[str, str], str]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs code as a notebook's cell with this id; returns what it prints."""
    manager, client = start_new_kernel()

    def run(cell: str, code: str) -> str:
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        request = client.session.msg("execute_request", content, metadata={"cellId": cell})
        client.shell_channel.send(request)
        texts = []
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            assert message["msg_type"] != "error", message["content"]
            texts.append(message["content"].get("text", ""))
            if message["content"].get("execution_state") == "idle":
                return "".join(texts)

    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_it_is_told_once_and_only_where_it_is_true(run: Run) -> None:
    texts = [run(cell, code) for cell, code, _ in CELLS]

    assert ["still runs the old one" in text for text in texts] == [is_told for *_, is_told in CELLS]
    told = next(text for text in texts if "still runs" in text)
    assert "Run the cell that starts the server again." in told
    assert len(told.splitlines()) == 1


def test_where_nobody_has_seen_which_cell_made_the_app_any_other_app_is_told(run: Run) -> None:
    run("app", f"from fastapi import FastAPI\n{APP}")
    run("start", f"from websocket_lab import BackgroundServer\n{START}")

    assert "still runs the old one" in run("another", APP)
