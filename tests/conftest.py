"""What several test files share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyterlab import JupyterLab, chromium, chromium_path, lab_server


@pytest.fixture(scope="session")
def jupyterlab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """One JupyterLab server for the whole run: its root folder, address and token."""
    chromium_path()
    with lab_server(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


# Not for the whole run: as long as Playwright is open, no other test can call asyncio.run().
@pytest.fixture(scope="module")
def lab(jupyterlab_server: tuple[Path, str, str]) -> Iterator[JupyterLab]:
    """JupyterLab, with a browser."""
    with chromium() as browser:
        jupyterlab = JupyterLab(*jupyterlab_server, browser)
        yield jupyterlab
        jupyterlab.close_kernels()
