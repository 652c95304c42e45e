"""The look of the course's plots: calm, sharp on any screen, in the theme's colours, clear without colour."""

import logging
import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from websocket_lab.display.card import safe, scroll_box
from websocket_lab.display.look import stylesheet


if TYPE_CHECKING:
    from matplotlib.axes import Axes


STYLE = Path(__file__).with_name("course.mplstyle")
PALE = "#9db4d0"
# What the colours of the plots are called in the look of the widgets.
NAMES = {
    "#0b5cad": "var(--wsl-brand)",
    "#135748": "var(--wsl-good)",
    "#8f6508": "var(--wsl-wait)",
    "#991f83": "var(--wsl-other)",
    "#22272e": "var(--wsl-ink)",
    "#5d6570": "var(--wsl-soft)",
    "#b6bcc4": "var(--wsl-edge)",
    # As pale in every theme: a grid is no edge.
    "#e4e7eb": "color-mix(in srgb, var(--wsl-ink) 15%, var(--wsl-card))",
    "#000000": "var(--wsl-ink)",
    PALE: "color-mix(in srgb, var(--wsl-brand) 45%, var(--wsl-card))",
}


class Plot:
    """A drawn plot: a picture that follows JupyterLab's theme, with its title for those who do not see it.

    Args:
        title: What it shows, in a sentence.
        svg: The picture as Matplotlib writes it.
    """

    def __init__(self, title: str, svg: str) -> None:
        self.title = title
        self.svg = _in_theme(svg[svg.index("<svg") :], f'role="img" aria-label="Plot: {safe(title)}"')

    def __repr__(self) -> str:
        """Return the title; the numbers are printed below the plot."""
        return f"Plot: {self.title}"

    def _repr_html_(self) -> str:
        """Return the picture in a card."""
        style = f"<style>{stylesheet('experiments/plot.css')}</style>"
        return f'{style}<div class="wsl wsl-plot">{scroll_box(self.svg, f"Plot: {self.title}")}</div>'


def course_axes(title: str, height: float = 3.0) -> "Axes":
    """Return empty axes in the course's look, `height` inches high."""
    use_course_style()
    from matplotlib import pyplot

    axes = pyplot.figure(figsize=(7, height)).subplots()
    axes.set_title(title)
    return axes


def show_plot(axes: "Axes") -> None:
    """Display what was drawn on the axes; print what it says in numbers below."""
    from IPython.display import display
    from matplotlib import pyplot

    file, figure = StringIO(), axes.get_figure(root=True)
    assert figure is not None
    figure.savefig(file, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    display(Plot(axes.get_title(loc="left"), file.getvalue()))  # type: ignore[no-untyped-call]


def use_course_style() -> None:
    """Draw this notebook's plots in the course's look."""
    # In a fresh installation it announces in red that it looks for fonts.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

    from matplotlib import pyplot

    pyplot.style.use(STYLE)


def _in_theme(svg: str, attributes: str) -> str:
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub("#[0-9a-f]{6}", lambda color: NAMES.get(color[0], color[0]), svg)
    # Texts without a colour of their own are black.
    return svg.replace("<svg ", f'<svg {attributes} fill="currentColor" ', 1)
