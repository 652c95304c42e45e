"""The page's JavaScript modules, asked directly."""

from typing import Any

from playwright.sync_api import Page


def evaluate(page: Page, module: str, function: str, argument: object = None) -> Any:
    """Return what a JavaScript function of one of the page's modules, and of an argument, gives."""
    loaded = page.evaluate_handle("(name) => import(new URL(`static/${name}`, location.href))", module)
    return loaded.evaluate(function, argument)
