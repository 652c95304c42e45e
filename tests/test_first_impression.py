"""JupyterLab's first screen: the first notebook, its table of contents, and nothing in between."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat.v4
import pytest
from jupyter_client.manager import start_new_kernel
from jupyterlab_server.workspaces_handler import WORKSPACE_EXTENSION, slugify
from playwright.sync_api import Page, expect, sync_playwright

from tests.jupyterlab import wait_for


ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "jupyter_settings"
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
SHARED: dict[str, str] = WHEEL["targets"]["wheel"]["shared-data"]
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def chromium() -> str:
    """Find Chromium; without one, skip the test, or fail it where everything should be there."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Chromium is not installed.")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a course with one notebook, beside an environment that holds our settings alone."""
    for source, target in SHARED.items():
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, tmp_path / target)
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# 0 · Start here", "## First echo")]
    (tmp_path / "notebooks").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, tmp_path / "notebooks" / "00_start_here.ipynb")
    return tmp_path


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """Start JupyterLab as someone without settings of their own would, and give its address."""
    own = {"HOME": str(folder), "JUPYTER_CONFIG_PATH": str(folder / "etc" / "jupyter")}
    workspaces = f"--LabApp.workspaces_dir={folder / 'share' / 'websocket-lab' / 'workspaces'}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", workspaces]
    output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=os.environ | own, text=True, **output) as lab:
        yield next(found[0] for line in lab.stderr if (found := re.search(r"http://127\S+token=\S+", line)))
        lab.terminate()
        lab.communicate()


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """Open the address in a new browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER)
        page = browser.new_page()
        page.goto(address)
        yield page
        browser.close()


def test_the_first_notebook_opens_with_its_table_of_contents(page: Page) -> None:
    expect.set_options(timeout=60_000)
    expect(page.get_by_role("heading", name="0 · Start here")).to_be_visible()
    contents = page.locator(".jp-TableOfContents")
    expect(contents).to_be_visible()
    expect(contents.get_by_text("First echo")).to_be_visible()
    # A question or the news would have come before the kernel is ready.
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    expect(page.locator(".jp-Dialog, .Toastify__toast")).to_have_count(0)


def test_what_is_typed_is_soon_on_the_disk(page: Page, folder: Path) -> None:
    page.get_by_role("heading", name="First echo").click()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.type("kept = 1")
    # Nobody saves it. By itself, JupyterLab would do so after two minutes.
    file = folder / "notebooks" / "00_start_here.ipynb"
    wait_for(lambda: "kept = 1" in file.read_text(encoding="utf-8"), 60, "It was not saved.")


def test_every_setting_has_a_place_in_the_environment() -> None:
    assert sorted(SHARED) == sorted(
        f"jupyter_settings/{path.name}" for path in SETTINGS.iterdir() if path.is_file()
    )


def test_the_first_layout_is_the_one_that_jupyterlab_looks_for() -> None:
    target = SHARED["jupyter_settings/first_layout.json"]
    assert target == f"share/websocket-lab/workspaces/{slugify('default')}{WORKSPACE_EXTENSION}"


def test_a_kernel_says_nothing_in_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    said = tmp_path / "said.txt"
    with said.open("w") as file:
        manager, client = start_new_kernel(stdout=file, stderr=file)
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert said.read_text() == ""
