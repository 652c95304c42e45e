"""What axe-core finds against a page, or against a part of it."""

import os

import pytest
from playwright.sync_api import Page

from tests.jupyterlab import NotebookPage


# What a notebook's author and its code show; the rest of the page is JupyterLab's own.
OURS = [".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-Cell-outputArea"]
# A notebook is a part of JupyterLab's page: the page's title, landmarks and first heading are not the notebook's.
# The pictures of Mermaid are JupyterLab's too.
OF_THE_WHOLE_PAGE = {"region", "page-has-heading-one"}


def violations(page: Page, *parts: str) -> list[str]:
    """Return what axe-core finds fault with in these parts of the page, or in all of it, one line for each rule."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        reason = "axe-core is missing: pip install axe-playwright-python"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    found = Axe().run(page, context={"include": list(parts)} if parts else None).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def notebook_violations(notebook: NotebookPage) -> list[str]:
    """Return what axe-core finds fault with in a notebook's text and outputs, all of them in sight."""
    notebook.show_everything()
    parts = [part for part in OURS if notebook.page.locator(part).count()]
    return violations(notebook.page, *parts)
