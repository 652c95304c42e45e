"""What stands between a page and a reader: axe-core's findings, lost focus, and what is too wide."""

import os

import pytest
from playwright.sync_api import Locator, Page

from tests.jupyterlab import NotebookPage


# What a notebook's author and its code show; the rest of the page is JupyterLab's own.
OURS = [".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-Cell-outputArea"]
COLOURS = ("color-contrast", "link-in-text-block")
TOO_WIDE = """() => [...document.querySelectorAll('html, .jp-OutputArea-output, .jp-OutputArea-output .wsl')]
  .filter((each) => each.scrollWidth > each.clientWidth)
  .map((each) => `${each.className}: ${each.scrollWidth} > ${each.clientWidth}`)"""
# JupyterLab lays its page out again some frames after the window has changed.
UNTIL_SETTLED = """async () => {
  const width = () => document.querySelector('.jp-Notebook').clientWidth;
  for (let before = 0, same = 0; same < 12; ) {
    await new Promise(requestAnimationFrame);
    same = width() === before ? same + 1 : 0;
    before = width();
  }
}"""


def violations(page: Page, *parts: str, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds against these parts of the page, or all of it, a line for each rule.

    Args:
        page: Where it looks.
        parts: Selectors of what it looks at; the whole page, if there are none.
        rules: The names of its rules; all of them, if there are none.
    """
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        reason = "axe-core is missing: pip install axe-playwright-python"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    context = {"include": list(parts)} if parts else None
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def notebook_violations(notebook: NotebookPage) -> list[str]:
    """Return what axe-core finds against a notebook's text and outputs: light, dark, high contrast."""
    notebook.show_everything()
    parts = [part for part in OURS if notebook.page.locator(part).count()]
    found = [f"a diagram without words: {each}" for each in _silent_diagrams(notebook)]
    # A theme changes nothing but colours, so all other rules are asked once.
    for use_theme, rules in (
        (notebook.use_dark_theme, COLOURS),
        (notebook.use_high_contrast_theme, COLOURS),
        (notebook.use_light_theme, ()),
    ):
        use_theme()
        found += [
            f"{use_theme.__name__}: {fault}" for fault in violations(notebook.page, *parts, rules=rules)
        ]
    return found


def _silent_diagrams(notebook: NotebookPage) -> list[str]:
    silent = notebook.page.locator(".jp-Notebook .jp-RenderedMermaid:not(:has(img[alt]))")
    return [words[:80] for words in silent.all_inner_texts()]


def walk_to(page: Page, name: str) -> Locator:
    """Press Tab until the focus is on the element of this name or text; fail where it is not seen."""
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        seen = focused.evaluate("(each) => getComputedStyle(each).outlineStyle !== 'none'")
        if name in (focused.get_attribute("aria-label"), focused.inner_text().strip()):
            assert seen, f"The focus on {name!r} cannot be seen."
            return focused
    pytest.fail(f"Tab does not lead to {name!r}.")


def too_wide(page: Page, width: int, height: int) -> list[str]:
    """Return what is wider than its place in a window of this size: outputs and widgets that are cut."""
    size = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(UNTIL_SETTLED)
    found: list[str] = page.evaluate(TOO_WIDE)
    if size:
        page.set_viewport_size(size)
        page.evaluate(UNTIL_SETTLED)
    return found
