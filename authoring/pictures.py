"""The README's pictures, taken from lesson 4 while Ana and Ben talk in it: one still, one that moves."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image


LESSON = "04_connection_manager.ipynb"
PANELS, WIRE = "HBox([ana, ben, eve])", "tap.diagram(last=4)"
SAID = (("Ana", "Lunch at noon?"), ("Ben", "Gladly!"))
STILL, MOVING = "lesson.png", "lesson.gif"
HEIGHT = 1500
WIDTH = 960
COLOURS = 64
# Milliseconds: a letter, a message that has arrived, the end.
TYPED, ARRIVED, LAST = 90, 1200, 5000


def take_pictures(folder: Path) -> list[Path]:
    """Write both pictures of the running lesson; return where they are, or nothing without Chromium."""
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return []

    frames = list(_frames())
    folder.mkdir(exist_ok=True)
    still, moving = folder / STILL, folder / MOVING
    frames[-1][0].save(still, optimize=True)
    small = [_small(picture, frames[-1][0].size) for picture, _ in frames]
    # Without `loop` it plays once and then stands still.
    times = [time for _, time in frames]
    small[0].save(moving, save_all=True, append_images=small[1:], duration=times, optimize=True)
    return [still, moving]


def _frames() -> Iterator[tuple[Image.Image, int]]:
    # The tests know how to drive JupyterLab; only this command needs them here.
    from tests.jupyterlab import JupyterLab, chromium, lab_server
    from tests.notebooks.run import run_up_to

    with TemporaryDirectory() as place, lab_server(Path(place)) as server, chromium() as browser:
        lab = JupyterLab(*server, browser)
        notebook = lab.open(LESSON, {"width": 1280, "height": HEIGHT}, device_scale_factor=1.5)
        notebook.page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
        panels = run_up_to(notebook, PANELS)
        yield _picture(notebook, panels), ARRIVED
        for name, text in SAID:
            yield from _say(notebook, panels, name, text)
        notebook.run_cell(panels + 2)
        yield _picture(notebook, panels), LAST
        notebook.shut_down()


def _say(notebook: Any, panels: int, name: str, text: str) -> Iterator[tuple[Image.Image, int]]:
    panel = notebook.panel(name)
    for length in range(2, len(text) + 1, 2):
        panel.line.fill(text[:length])
        yield _picture(notebook, panels), TYPED
    panel.type_and_send(text)
    for listener in ("Ana", "Ben", "Eve"):
        notebook.panel(listener).wait_for_row(text)
    yield _picture(notebook, panels), ARRIVED


def _picture(notebook: Any, panels: int) -> Image.Image:
    first, last = notebook.cell(panels), notebook.cell(panels + 2)
    top, bottom = first.bounding_box(), last.bounding_box()
    clip = {
        "x": top["x"],
        "y": top["y"],
        "width": top["width"],
        "height": bottom["y"] + bottom["height"] - top["y"],
    }
    return Image.open(io.BytesIO(notebook.page.screenshot(clip=clip))).convert("RGB")


def _small(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    # Before the wire is drawn there is less to see; the room for it is there from the start.
    whole = Image.new("RGB", size, "white")
    whole.paste(picture)
    height = round(size[1] * WIDTH / size[0])
    return whole.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(COLOURS)
