"""The lessons' sequence diagrams as JupyterLab draws them."""

from itertools import chain

import nbformat

from authoring.diagrams import FENCE
from tests.jupyterlab import REPOSITORY, JupyterLab


# JupyterLab shows a diagram as a picture; its texts can be measured once it is part of the page.
MEASURE = """() => [...document.querySelectorAll('.jp-RenderedMermaid img')].flatMap((img) => {
  const host = document.createElement('div');
  host.innerHTML = decodeURIComponent(img.src.slice(img.src.indexOf(',') + 1));
  document.body.append(host);
  const lines = [...host.querySelectorAll('.messageLine0, .messageLine1')].map((line) => ({
    width: Math.abs(line.x2.baseVal.value - line.x1.baseVal.value), y: line.y1.baseVal.value,
  }));
  const texts = [...host.querySelectorAll('.messageText')].map((text) => {
    const { width, y, height } = text.getBBox();
    // Its arrow is the next one below it.
    const below = lines.filter((line) => line.y > y + height - 6).sort((one, other) => one.y - other.y);
    return { text: text.textContent, width, room: below[0].width };
  });
  host.remove();
  return texts;
})"""


def test_each_message_fits_its_arrow(lab: JupyterLab) -> None:
    lessons = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
    cells = chain.from_iterable(nbformat.read(lesson, as_version=4).cells for lesson in lessons)
    diagrams = [diagram for cell in cells for diagram in FENCE.findall(cell.source) if "->>" in diagram]
    page = lab.open_texts(*[f"```mermaid\n{diagram}```" for diagram in diagrams])
    page.show_everything()
    page.page.wait_for_function(
        "(count) => document.querySelectorAll('.jp-RenderedMermaid img').length === count", arg=len(diagrams)
    )
    measured = page.page.evaluate(MEASURE)

    assert len(measured) > 2 * len(diagrams)
    assert [each for each in measured if each["width"] > each["room"] - 4] == []
