"""The course on a real JupyterHub under a prefix, with two users at once; skipped where no hub is installed.

To run it, install the hub beside the course: `python -m pip install jupyterhub`, and
`npm install --global configurable-http-proxy`.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.jupyterlab import (
    UNTIL_READY,
    NotebookPage,
    answers,
    chromium,
    copy_of_the_course,
    fresh_environment,
    notebook_of,
    stop,
    wait_for,
    within,
)
from tests.server_snippets.server.static.connection_card import ConnectionCard
from websocket_lab.processes.child_process import free_port


PROXY = shutil.which("configurable-http-proxy")
pytestmark = pytest.mark.skipif(
    not shutil.which("jupyterhub", path=Path(sys.executable).parent) or not PROXY,
    reason="JupyterHub or its proxy is not installed.",
)

PREFIX = "/classes/websockets/"
USERS = ("ana", "ben")
LESSONS = ("02_echo", "04_connection_manager", "08_chat_rooms")
# What the teacher's page tells to configure, and what a test needs besides: no system users, free ports.
CONFIGURATION = """\
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}{prefix}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.Authenticator.allow_all = True
c.DummyAuthenticator.password = "{password}"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.notebook_dir = "{folder}/{{username}}/course"
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 300
"""
PASSWORD = "a password for this test"
SCRATCH = (
    """
from server_snippets.main import make_app
from websocket_lab import BackgroundServer, ClientPanel, PageView

server = BackgroundServer(make_app()).start()
""",
    'ana = ClientPanel(server.url("/ws"), "Ana").connect()\nana',
    "PageView(server)",
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Run a hub; give the folder with the users' copies of the course, and its address from elsewhere."""
    folder = tmp_path_factory.mktemp("hub")
    for user in USERS:
        (folder / user).mkdir()
        course = copy_of_the_course(folder / user / "course")
        nbformat.write(notebook_of(SCRATCH), course / "notebooks" / "scratch.ipynb")
    port, hub_port, api_port = free_port(), free_port(), free_port()
    places = {"folder": folder, "port": port, "hub_port": hub_port, "api_port": api_port, "prefix": PREFIX}
    programs = {"proxy": PROXY, "python": sys.executable, "password": PASSWORD}
    (folder / "jupyterhub_config.py").write_text(CONFIGURATION.format(**places, **programs))

    with (folder / "jupyterhub.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterhub", "--config", folder / "jupyterhub_config.py"]
        process = subprocess.Popen(command, cwd=folder, env=fresh_environment(folder), stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}{PREFIX}"
            wait_for(lambda: answers(f"{url}hub/login"), 120, f"JupyterHub did not start: see {log.name}")
            # As on a real hub, the browser is on another machine, as far as it knows.
            yield folder, url.replace("127.0.0.1", "elsewhere.localhost")
        finally:
            stop(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def at_home(hub: tuple[Path, str], browser: Browser) -> dict[str, BrowserContext]:
    """Log both users in, each in a browser of their own, and return when their servers run."""
    contexts = {user: browser.new_context() for user in USERS}
    for user, context in contexts.items():
        page = context.new_page()
        page.goto(f"{hub[1]}hub/login", timeout=120_000)
        page.locator("#username_input").fill(user)
        page.locator("#password_input").fill(PASSWORD)
        page.locator("#login_submit").click()
        page.wait_for_url(f"**/user/{user}/lab/**", timeout=300_000)
        page.close()
    return contexts


def opened(hub: tuple[Path, str], at_home: dict[str, BrowserContext], user: str, name: str) -> NotebookPage:
    folder, url = hub
    page = at_home[user].new_page()
    # A workspace of its own opens nothing else.
    page.goto(f"{url}user/{user}/lab/workspaces/{name}/tree/notebooks/{name}.ipynb", timeout=120_000)
    within(page, UNTIL_READY, 300)
    return NotebookPage(page, folder / user / "course" / "notebooks" / f"{name}.ipynb")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_of_a_lesson_ends_well_for_two_users_at_once(
    hub: tuple[Path, str], at_home: dict[str, BrowserContext], lesson: str
) -> None:
    pages = [opened(hub, at_home, user, lesson) for user in USERS]
    for page in pages:
        page.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
    for page in pages:
        page.run_all()

    assert [page.errors() for page in pages] == [[], []]
    for page in pages:
        page.shut_down()
        page.page.close()


@pytest.mark.timeout(900)
def test_a_panel_and_the_test_page_work(hub: tuple[Path, str], at_home: dict[str, BrowserContext]) -> None:
    page = opened(hub, at_home, "ana", "scratch")
    page.run_all()
    panel = page.panel("Ana")
    panel.type_and_send("typed through the hub")
    panel.wait_for_row("Echo: typed through the hub")

    frame = page.page.frame_locator('iframe[title="Test page"]')
    card = ConnectionCard(frame).connect().send("Hello")
    card.rows("received").filter(has_text="Echo: Hello").wait_for()
    link = page.page.get_by_role("link", name="Open in a new tab").get_attribute("href")
    assert link is not None and link.startswith(f"{hub[1]}user/ana/proxy/")


@pytest.mark.timeout(900)
def test_a_neighbour_does_not_get_through_the_hub(
    hub: tuple[Path, str], at_home: dict[str, BrowserContext]
) -> None:
    answer = at_home["ben"].new_page().goto(f"{hub[1]}user/ana/proxy/8000/")

    assert answer is not None
    assert answer.status in (403, 404)


def test_progress_and_layout_are_each_user_s_own(
    hub: tuple[Path, str], at_home: dict[str, BrowserContext]
) -> None:
    page = opened(hub, at_home, "ben", "02_echo")
    page.run_cell(0)

    assert (hub[0] / "ben" / "progress.sqlite3").exists()
    wait_for(
        lambda: any((hub[0] / "ben").rglob("*.jupyterlab-workspace")), 60, "JupyterLab has kept no layout."
    )
