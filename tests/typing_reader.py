"""A reader who types odd things into every open panel, twice, before running the next cell."""

import re
from typing import Any

from tests.jupyterlab import NotebookPage, within


# JSON of a protocol, words that a reveal might look for, and half a surrogate pair.
ODD = ('{"action": "subscribe", "channel": "odd"}', '"private" "typing" noon', r'{"data": "\ud800"}')
# What the next cell says itself is the oddest of all.
SAID = re.compile(r"""\.(?:say|send)\((?:"([^"\n]+)"|'([^'\n]+)')""")
REVEALED = re.compile(r"It was “(.+?)”")
# Types each text into each open panel, also where its cell is out of sight, and waits for what comes of it.
TYPE = """async (texts) => {
  const cells = jupyterapp.shell.currentWidget.content.widgets;
  const every = (selector) => cells.flatMap((cell) => [...cell.node.querySelectorAll(selector)]);
  // A panel shows its last 500 rows, and counts those before them.
  const textOf = (panel, part) => panel.querySelector(part)?.textContent ?? '';
  const earlier = (panel) => Number(textOf(panel, '.wsl-earlier').replace(/\\D/g, ''));
  const rowsOf = (panel) => panel.querySelectorAll('.wsl-row').length + earlier(panel);
  const isOpen = (panel) => panel.querySelector('.wsl-badge').dataset.state === 'open';
  const hasAlert = (panel) => panel.querySelector('.wsl-alert').textContent;
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const panels = every('.wsl-panel').filter(isOpen);
  const goals = panels.map((panel) => rowsOf(panel) + texts.length);
  for (const text of texts) for (const panel of panels) {
    const line = panel.querySelector('input');
    line.value = text;
    line.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  }
  for (const [index, panel] of panels.entries()) {
    while (rowsOf(panel) < goals[index] && isOpen(panel) && !hasAlert(panel)) await pause(20);
  }
  for (let rows = '', quiet = 0; quiet < 10; quiet++) {
    const now = panels.map(rowsOf).join();
    if (rows !== now) quiet = 0;
    rows = now;
    await pause(20);
  }
  window.panelsTypedInto = panels.length;
}"""


def run_while_typing(page: NotebookPage) -> dict[int, str]:
    """Run the open notebook cell by cell and type after each.

    Returns:
        What predictions reveal after something was typed, by the position of the code cell.
    """
    cells = page.content()["cells"]
    code = [index for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    has_typed = False
    typed = {}
    for position, (index, following) in enumerate(zip(code, [*code[1:], None], strict=True)):
        page.run_cell(index, deadline=120)
        # JupyterLab draws a panel when its cell is in sight.
        page.cell(index)
        if has_typed and (answer := revealed(page.content()["cells"][index])):
            typed[position] = answer
        if following is not None:
            said = [one or other for one, other in SAID.findall(cells[following]["source"])]
            has_typed |= type_into_panels(page, [*ODD, *said])
    return typed


def type_into_panels(page: NotebookPage, texts: list[str]) -> bool:
    """Type each text twice into each panel that is open, and return whether there is one."""
    within(page.page, TYPE, 300, [text for text in texts for _ in range(2)])
    return bool(page.page.evaluate("() => window.panelsTypedInto"))


def revealed(cell: dict[str, Any]) -> str:
    """Return the answer of the prediction that is revealed under a cell, or nothing."""
    outputs = cell.get("outputs", [])
    texts = [str(output.get("data", {}).get("text/plain", output.get("text", ""))) for output in outputs]
    return next((found[1] for text in texts if (found := REVEALED.search(text))), "")
