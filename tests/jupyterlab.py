"""A real JupyterLab in a headless Chromium, driven as a person would do it."""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from websocket_lab.processes.child_process import free_port


# What opens the notebooks: `lab` is JupyterLab, `notebook` is Notebook 7, which is made of its parts.
FRONT_END = os.environ.get("WEBSOCKET_LAB_FRONT_END", "lab")
MODULE, APP, PAGE_AT = {
    "lab": ("jupyterlab", "LabApp", "lab/tree"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks"),
}[FRONT_END]

REPOSITORY = Path(__file__).parent.parent
# What a lesson may read or import beside itself.
COPIED = ("notebooks", "exercises", "solutions", "README.md", "GLOSSARY.md", "INSTRUMENTS.md")

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNTIL_READY = """async () => {
  const command = 'notebook:run-all-cells';
  const isOpen = () => window.jupyterapp?.shell.currentWidget?.sessionContext;
  const isThere = () => isOpen() && jupyterapp.commands.hasCommand(command);
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
  const notebook = jupyterapp.shell.currentWidget;
  await notebook.context.ready;
  await notebook.sessionContext.ready;
  await notebook.sessionContext.session?.kernel?.info;
}"""
# Closes all that is open in JupyterLab, unsaved.
CLEAR = """async () => {
  const { commands, shell } = jupyterapp;
  const widgets = [...shell.widgets('main')];
  // With nothing open, JupyterLab would bring a launcher to the front later.
  await commands.execute('launcher:create', { activate: false });
  for (const widget of widgets) {
    // Else JupyterLab asks what to do with the unsaved outputs.
    if (widget.context?.model) widget.context.model.dirty = false;
    widget.dispose();
  }
  // What a notebook shows must bring its own style.
  document.querySelectorAll('style[id^="websocket_lab."]').forEach((style) => style.remove());
}"""
OPEN = """async (path) => {
  const notebook = await jupyterapp.commands.execute('docmanager:open', { path });
  while (jupyterapp.shell.currentWidget !== notebook) await new Promise((done) => setTimeout(done, 50));
}"""
RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells')"
RUN_CELL = """async (index) => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  await jupyterapp.commands.execute('notebook:run-cell');
}"""
RUN_CELLS = """async ([first, last]) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = first;
  notebook.extendContiguousSelectionTo(last);
  await jupyterapp.commands.execute('notebook:run-cell');
}"""
CLEAR_OUTPUTS = "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
# As a rule JupyterLab keeps in the page only the cells that are in sight.
SHOW_EVERYTHING = """async () => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.notebookConfig = { ...notebook.notebookConfig, windowingMode: 'none', scrollPastEnd: false };
  for (const index of notebook.widgets.keys()) await notebook.scrollToItem(index);
}"""
# JupyterLab keeps some 60 MB of a lesson that has been closed.
NOTEBOOKS_IN_A_PAGE = 8
WINDOW: ViewportSize = {"width": 1280, "height": 1000}
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"


class JupyterLab:
    """A running JupyterLab whose files are a copy of the course, with a browser beside it."""

    def __init__(self, root: Path, url: str, token: str, browser: Browser) -> None:
        self.root = root
        self.url = url
        self.token = token
        self.browser = browser
        self.loop = asyncio.get_running_loop()
        self._in_use: list[Page] = []
        self._free: list[Page] = []
        self._opened: Counter[Page] = Counter()

    def open(self, path: str, viewport: ViewportSize = WINDOW, **page_options: Any) -> "NotebookPage":
        """Open a notebook of `notebooks/` (or a path with a folder in it); page options need a new page."""
        file = path if "/" in path else f"notebooks/{path}"
        if self._free and not page_options:
            page = self._free.pop()
            page.set_viewport_size(viewport)
            within(page, OPEN, 120, file)
        else:
            page = self.browser.new_page(viewport=viewport, **page_options)
            page.goto(f"{self.url}/{PAGE_AT}/{quote(file)}?reset&token={self.token}", timeout=120_000)
        within(page, UNTIL_READY, 120)
        self._in_use += [] if page_options else [page]
        self._opened[page] += 1
        return NotebookPage(page, self.root / file)

    def keep_pages(self) -> None:
        """Leave the notebooks that are open now in their pages for good."""
        self._in_use.clear()

    def free_pages(self) -> None:
        """Let the next notebooks take the pages that are in use."""
        while self._in_use:
            self.free_page(self._in_use.pop())

    def free_page(self, page: Page) -> None:
        """Let the next notebook take this page: to load JupyterLab takes a processor 5 s."""
        # Notebook 7 has a page for each notebook.
        if FRONT_END != "lab" or self._opened[page] == NOTEBOOKS_IN_A_PAGE:
            page.close()
        else:
            page.unroute_all()
            within(page, CLEAR, 120)
            self._free.append(page)

    def open_cells(self, *cells: str, name: str = "scratch.ipynb", **page_options: Any) -> "NotebookPage":
        """Open a notebook made of code cells with these sources."""
        return self._open_new(notebook_of(cells), name, **page_options)

    def open_texts(self, *texts: str) -> "NotebookPage":
        """Open a notebook made of Markdown cells with these sources."""
        notebook = notebook_of(())
        notebook.cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
        return self._open_new(notebook, "texts.ipynb")

    def _open_new(self, notebook: nbformat.NotebookNode, name: str, **page_options: Any) -> "NotebookPage":
        path = self.root / "scratch" / f"{secrets.token_hex(4)}_{name}"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return self.open(f"scratch/{path.name}", **page_options)

    def close_notebooks(self) -> None:
        """Close the pages that are not free, and shut down every kernel that a test has left."""
        self.keep_pages()
        for page in [page for context in self.browser.contexts for page in context.pages]:
            if page not in self._free:
                page.close()
        self.close_kernels()

    def close_kernels(self) -> None:
        """Shut down every kernel that a test has left."""
        gone = [f"sessions/{session['id']}" for session in self._ask("GET", "sessions")]
        # All at once, for each takes its time to end.
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda path: self._ask("DELETE", path), gone))

    def _ask(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        with urlopen(Request(f"{self.url}/api/{path}", method=method, headers=headers), timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body else None


class NotebookPage:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)

    def run_all(self, deadline: float = 300.0) -> None:
        """Run all cells and return when the last has finished."""
        within(self.page, RUN_ALL, deadline)

    def run_cell(self, index: int, deadline: float = 120.0) -> None:
        """Run one cell and return when it has finished."""
        within(self.page, RUN_CELL, deadline, index)

    def run_cells(self, first: int, last: int, deadline: float = 300.0) -> None:
        """Select some cells in a row, run them, and return when the last has finished."""
        within(self.page, RUN_CELLS, deadline, [first, last])

    def clear_outputs(self) -> None:
        """Remove what stands under the cells; the kernel keeps what they have done."""
        self.page.evaluate(CLEAR_OUTPUTS)

    def start_cell(self, index: int) -> None:
        """Start one cell and return while it is running; let it print `started` first."""
        self.page.evaluate(
            f"(index) => {{ window.cellRun = ({RUN_CELL})(index).then(() => 'done'); }}", index
        )
        self.cell(index).locator(".jp-OutputArea", has_text="started").wait_for()

    def cell_is_running(self) -> bool:
        """Say whether the cell that `start_cell` started is still running."""
        # The kernel's status will not do: it is `idle` as soon as a click has been answered beside the cell.
        return self.page.evaluate("() => Promise.race([window.cellRun, 'running'])") == "running"

    def wait_for_cell(self, deadline: float = 120.0) -> None:
        """Return when the cell that `start_cell` started has finished."""
        within(self.page, "() => window.cellRun", deadline)

    def interrupt(self) -> None:
        """Do what the button ■ does."""
        self.page.evaluate(f"() => {KERNEL}.interrupt()")

    def restart(self) -> None:
        """Restart the kernel and return when it answers."""
        self.page.evaluate(f"async () => {{ await {KERNEL}.restart(); await {KERNEL}.info; }}")

    def shut_down(self) -> None:
        """Shut the kernel down and return when it is gone."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def save(self) -> None:
        """Save the notebook with its outputs."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")

    def cell(self, index: int) -> Locator:
        """Return the cell at `index`, scrolled into view."""
        model = "jupyterapp.shell.currentWidget.content"
        self.page.evaluate(f"async (index) => {{ await {model}.scrollToItem(index); }}", index)
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def output(self, index: int) -> str:
        """Return what stands under a cell, as text."""
        return self.cell(index).locator(".jp-OutputArea").inner_text()

    def errors(self) -> list[str]:
        """Return the errors of all cells' outputs."""
        return [
            f"{output['ename']}: {output['evalue']}"
            for cell in self.content()["cells"]
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]

    def content(self) -> dict[str, Any]:
        """Return the notebook as it is in the browser now, outputs included."""
        return self.page.evaluate("() => jupyterapp.shell.currentWidget.context.model.toJSON()")

    def panel(self, name: str) -> "PanelDriver":
        """Return the latest panel of the client `name`."""
        return PanelDriver(self.page.get_by_role("group", name=f"{name}'s client", exact=True).last)

    def use_light_theme(self) -> None:
        """Switch JupyterLab to its light theme."""
        self._use_theme("JupyterLab Light", "true")

    def use_dark_theme(self) -> None:
        """Switch JupyterLab to its dark theme; it stays dark, for later pages too."""
        self._use_theme("JupyterLab Dark", "false")

    def _use_theme(self, name: str, is_light: str) -> None:
        change = "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })"
        self.page.evaluate(change, name)
        self.page.wait_for_selector(
            f'body[data-jp-theme-light="{is_light}"][data-jp-theme-name="{name}"]', state="attached"
        )

    def use_high_contrast_theme(self) -> None:
        """Switch JupyterLab to its dark theme of high contrast; it stays, for later pages too."""
        self._use_theme("JupyterLab Dark High Contrast", "false")

    def show_everything(self) -> None:
        """Keep all cells in the page, also those that are out of sight."""
        self.page.evaluate(SHOW_EVERYTHING)
        cells = len(self.content()["cells"])
        expect(self.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)

    def screenshot(self, path: Path | str) -> None:
        """Save a picture of the page."""
        self.page.screenshot(path=path)

    def close(self) -> None:
        """Close the page; its kernel goes on."""
        self.page.close()


@dataclass
class PanelDriver:
    """A client's panel, as a person sees and uses it."""

    region: Locator

    @property
    def state(self) -> str:
        """The words on the badge."""
        return self.region.locator(".wsl-badge").inner_text().strip()

    @property
    def alert(self) -> str:
        """The words of the warning, or nothing."""
        return self.region.locator(".wsl-alert").text_content() or ""

    @property
    def people(self) -> str:
        """Who is online and typing, as shown."""
        return self.region.locator(".wsl-people").text_content() or ""

    @property
    def line(self) -> Locator:
        """The field for the message."""
        return self.region.get_by_role("textbox")

    def rows(self) -> list[str]:
        """Return the texts of the log's rows."""
        return self.region.locator(".wsl-row .wsl-text").all_inner_texts()

    def press(self, button: str) -> None:
        """Press a button by its name."""
        self.region.get_by_role("button", name=button, exact=True).click()

    def type_and_send(self, text: str) -> None:
        """Write a message and press Enter."""
        self.line.fill(text)
        self.line.press("Enter")

    def wait_for_state(self, words: str, deadline: float = 60.0) -> None:
        """Return when the badge holds these words."""
        self.region.locator(".wsl-badge", has_text=words).wait_for(timeout=deadline * 1000)

    def wait_for_row(self, text: str, deadline: float = 60.0) -> None:
        """Return when a row holds this text."""
        self.region.locator(".wsl-row", has_text=text).last.wait_for(timeout=deadline * 1000)

    def wait_for_last_rows(self, *texts: str, deadline: float = 60.0) -> None:
        """Return when the log ends with these rows."""
        last = list(texts)
        wait_for(lambda: self.rows()[-len(last) :] == last, deadline, f"The log does not end with {last}.")

    def wait_for_alert(self, text: str, deadline: float = 60.0) -> None:
        """Return when the warning holds this text."""
        self.region.locator(".wsl-alert", has_text=text).wait_for(timeout=deadline * 1000)


def within(page: Page, script: str, deadline: float, argument: Any = None) -> None:
    """Run a script that takes a while in the page; fail with a sentence after `deadline` seconds."""
    raced = f"""(argument) => Promise.race([
      ({script})(argument).then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), {deadline * 1000})),
    ])"""
    if not page.evaluate(raced, argument):
        pytest.fail(f"JupyterLab was still busy after {deadline:g} s. {busy_cell(page)}")


def busy_cell(page: Page) -> str:
    """Say which cell is running, or what JupyterLab asks before it goes on."""
    if questions := page.locator(".jp-Dialog").all_inner_texts():
        return f"It asks:\n{questions[0]}"

    # Not what the page shows of it: a cell that is out of sight has no text there.
    cell = page.evaluate("""() => jupyterapp.shell.currentWidget?.content?.widgets
      ?.find((cell) => cell.inputArea?.promptNode?.textContent === '[*]:')?.model.sharedModel.source""")
    return f"This cell is running:\n{cell}" if cell else "No cell is running."


def notebook_of(cells: tuple[str, ...]) -> nbformat.NotebookNode:
    """Return a notebook of code cells for the kernel that JupyterLab starts."""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    sources = [nbformat.v4.new_code_cell(source) for source in cells]
    return nbformat.v4.new_notebook(cells=sources, metadata={"kernelspec": kernel})


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def chromium_program() -> str | None:
    """Return where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def chromium_path() -> str:
    """Return where Chromium is; skip the test where it is not installed (fail, if this is CI)."""
    if path := chromium_program():
        return path

    reason = "Chromium is not installed."
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@contextmanager
def lab_server(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Run JupyterLab's server on a free port; give its root folder, address and token."""
    root = copy_of_the_course(folder / "course")
    turn_autosave_off(folder / "settings")
    port, token = free_port(), secrets.token_hex(16)
    url = f"http://127.0.0.1:{port}"
    with (folder / "jupyterlab.log").open("w") as log:
        server = subprocess.Popen(
            command(root, port, token), env=fresh_environment(folder), cwd=root, stdout=log, stderr=log
        )
        try:
            wait_for(
                lambda: answers(f"{url}/api?token={token}"), 120, f"JupyterLab did not start: see {log.name}"
            )
            yield root, url, token
        finally:
            stop(server)


def turn_autosave_off(settings: Path) -> None:
    """Let JupyterLab save nothing by itself, so that each test opens a lesson as it is in the repository."""
    # A second page with the same lesson would also be asked, before anything else, whose version to keep.
    file = settings / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"autosave": False}))


def copy_of_the_course(root: Path) -> Path:
    """Copy what lessons read, so that a run never changes the repository."""
    root.mkdir()
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        elif source.exists():
            shutil.copy(source, root / name)
    return root


def command(root: Path, port: int, token: str) -> list[str]:
    """Return the command that starts JupyterLab."""
    return [
        sys.executable,
        *(
            "-m",
            MODULE,
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={port}",
            "--ServerApp.port_retries=0",
        ),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        f"--{APP}.expose_app_in_browser=True",
        # So that a test can open it under the name of another machine.
        "--ServerApp.local_hostnames=elsewhere.localhost",
    ]


def fresh_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which JupyterLab finds nobody's settings, workspaces or history."""
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return os.environ | {name: str(folder / value) for name, value in own.items()}


def answers(url: str) -> bool:
    """Say whether a server answers there."""
    try:
        with urlopen(url, timeout=5):
            return True
    except HTTPError as error:
        error.close()
        return False
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], deadline: float, otherwise: str) -> None:
    """Return as soon as `condition` holds; fail with the words `otherwise` after `deadline` seconds."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            pytest.fail(otherwise)
        time.sleep(0.02)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server politely, with its kernels; kill it if it does not go."""
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
