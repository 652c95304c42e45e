"""A headless Chromium for tests that look at a page as a person would."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE = 15_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium; without one the test is skipped, or fails where CI=true."""
    path = shutil.which("chromium")
    if path is None:
        give_up("Chromium is missing: install it, for example with `apt-get install chromium`.")

    expect.set_options(timeout=DEADLINE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def give_up(reason: str) -> None:
    """Skip the test for a tool that this machine lacks; CI must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
