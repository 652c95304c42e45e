"""Step 14: what one server leaves, the next one goes on with; and a client comes back when it is told to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from server_snippets import step_14_lifespan
from server_snippets.step_10_reconnecting_client import asked_for, stay_connected
from server_snippets.step_14_lifespan import CheckpointFile, app
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture(autouse=True)
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckpointFile:
    """Begin without a checkpoint, and write fast."""
    monkeypatch.setattr(step_14_lifespan, "checkpoint", CheckpointFile(tmp_path / "checkpoint.json"))
    monkeypatch.setattr(step_14_lifespan, "PAGE_SECONDS", 0.05)
    return step_14_lifespan.checkpoint


@pytest.fixture
def ana() -> Iterator[LiveClient]:
    """A client of a server that ends first."""
    with BackgroundServer(app) as server:
        yield LiveClient(server.url("/ws/reports")).connect()
        assert not server.errors


def test_each_page_is_told(ana: LiveClient) -> None:
    ana.send("sales")

    assert [ana.receive() for _ in range(10)] == [f"sales: page {page} of 10" for page in range(1, 11)]


@pytest.fixture
def thick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no report be finished before a test ends."""
    monkeypatch.setattr(step_14_lifespan, "PAGES", 100_000)


def test_a_report_that_is_being_written_is_not_begun_twice(thick_reports: None, ana: LiveClient) -> None:
    ana.send("sales")
    ana.wait_for("sales: page 2 of 100000")
    ana.send("sales")
    ana.send("costs")
    ana.wait_for("costs: page 2 of 100000")
    pages = [int(str(text).split()[2]) for text in ana.messages if str(text).startswith("sales")]

    assert pages == list(range(1, len(pages) + 1))


def test_the_next_server_goes_on_where_the_last_one_stopped(
    thick_reports: None, checkpoint: CheckpointFile
) -> None:
    server = BackgroundServer(app)
    with server, LiveClient(server.url("/ws/reports")) as ana:
        ana.send("sales")
        ana.wait_for("sales: page 2 of 100000")
    pages = checkpoint.take()["sales"]
    checkpoint.save({"sales": pages})
    with server, LiveClient(server.url("/ws/reports")) as ana:
        first = int(str(ana.receive()).split()[2])

    assert 2 <= pages < first


def test_what_is_done_is_not_left_in_the_checkpoint(checkpoint: CheckpointFile) -> None:
    with BackgroundServer(app) as server, LiveClient(server.url("/ws/reports")) as ana:
        ana.send("sales")
        ana.wait_for("sales: page 10 of 10")

    assert checkpoint.take() == {}


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [("Restarting: reconnect after 1.3 s", 1.3), ("reconnect after 3 s", 3.0), ("Bye", None), (None, None)],
)
def test_the_seconds_are_read_from_the_reason(reason: str | None, seconds: float | None) -> None:
    assert asked_for(reason) == seconds


async def until_there() -> None:
    """Return when somebody is connected."""
    async with asyncio.timeout(60):
        while not step_14_lifespan.manager.active_connections:
            await asyncio.sleep(0.01)


async def restart_under(server: BackgroundServer, heard: list[str]) -> None:
    """Restart the server while a client stays."""
    staying = asyncio.create_task(stay_connected(server.url("/ws/reports"), heard.append, proxy=None))
    await until_there()
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    await until_there()
    staying.cancel()


def test_a_client_comes_back_to_the_next_server() -> None:
    heard: list[str] = []
    with BackgroundServer(app) as server:
        asyncio.run(restart_under(server, heard))

    assert heard == ["1012 "]
