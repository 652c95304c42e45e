"""The look of the course's plots: calm, sharp on any screen, and readable without colour."""

import logging
from pathlib import Path


STYLE = Path(__file__).with_name("course.mplstyle")


def use_course_style() -> None:
    """Draw this notebook's plots in the course's look, as SVG."""
    # In a fresh installation it announces in red that it looks for fonts.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

    from matplotlib import pyplot
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    pyplot.style.use(STYLE)
    set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]
