"""What several test files share."""

from asyncio import AbstractEventLoop, _get_running_loop, _set_running_loop
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.jupyterlab import JupyterLab, chromium, chromium_path, lab_server
from tests.quick import has_quick, is_quick
from websocket_lab import LiveClient
from websocket_lab.grading.progress_database import VARIABLE


# How long an example takes says something about the machine alone.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


# Where pytest-xdist is missing, there is one process.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Spread files over processes as they need a processor."""
    if config.getvalue("dist") != "loadfile":
        return None

    from tests.spreading import BusyApart

    return BusyApart(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of what `-m quick` does not choose: each process would."""
    if config.getoption("-m") == "quick" and not has_quick(collection_path, config.rootpath):
        return True
    return None


# Before pytest leaves out what `-m` does not choose.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Mark the quick tests."""
    for item in items:
        if is_quick(item):
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def jupyterlab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """One JupyterLab server for the whole run: its root folder, address and token."""
    chromium_path()
    with lab_server(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def no_progress_of_a_person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the progress of all tests away from the learner's file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("progress") / "progress.sqlite3"))
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_clients() -> Iterator[None]:
    """Let clients wait as long as a machine may take that is held up again and again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LiveClient.__init__.__kwdefaults__, "deadline", 60.0)
        yield


@pytest.fixture(autouse=True)
def progress_of_one_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin as a new learner."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "progress.sqlite3"))


@pytest.fixture(scope="session")
def jupyterlab(jupyterlab_server: tuple[Path, str, str]) -> Iterator[JupyterLab]:
    """JupyterLab, with a browser, for the whole run."""
    with chromium() as browser:
        jupyterlab = JupyterLab(*jupyterlab_server, browser)
        with counting_as_running(None):
            yield jupyterlab


@pytest.fixture(scope="module")
def lab(jupyterlab: JupyterLab) -> Iterator[JupyterLab]:
    """JupyterLab, with a browser, for the tests of one file."""
    with counting_as_running(jupyterlab.loop):
        yield jupyterlab
        jupyterlab.close_notebooks()


# As long as Playwright's event loop counts as the running one, no other test can call asyncio.run().
@contextmanager
def counting_as_running(loop: AbstractEventLoop | None) -> Iterator[None]:
    """Let this event loop count as the running one of the thread, or none."""
    before = _get_running_loop()
    _set_running_loop(loop)
    try:
        yield
    finally:
        _set_running_loop(before)


@pytest.fixture(autouse=True)
def pages_of_one_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the next test have the pages in which this one has opened notebooks, unless it failed."""
    if "lab" not in request.fixturenames:
        yield
        return
    lab, failed = request.getfixturevalue("lab"), request.session.testsfailed
    # What is open by now belongs to all tests of the file.
    lab.keep_pages()
    yield
    if request.session.testsfailed == failed:
        lab.free_pages()
