"""A plot follows the theme, is described, and uses the course's colours only."""

import re

import pytest
from matplotlib import rc_params_from_file

from websocket_lab.experiments import plots
from websocket_lab.experiments.plots import NAMES, STYLE, Plot, course_axes, show_plot


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Plot:
    shown: list[Plot] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    axes = course_axes("What <Ana> receives")
    for row in range(4):
        axes.plot([1, 2], [row, row])
    axes.annotate("a word", (1, 1))
    show_plot(axes)
    return shown[0]


def test_no_colour_is_left_that_the_theme_does_not_know(drawn: Plot) -> None:
    assert re.findall("#[0-9a-f]{6}", drawn.svg) == []


def test_a_picture_has_its_title_in_words(drawn: Plot) -> None:
    assert 'role="img" aria-label="Plot: What &lt;Ana&gt; receives"' in drawn._repr_html_()
    assert repr(drawn) == "Plot: What <Ana> receives"


def test_words_in_a_picture_stay_words(drawn: Plot) -> None:
    assert ">a word</text>" in drawn.svg


def test_series_differ_in_more_than_their_colour() -> None:
    cycle = rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"].by_key()

    assert all(len(set(cycle[part])) == 4 for part in ("color", "marker", "linestyle"))
    assert set(cycle["color"]) <= set(NAMES)


def test_plots_know_only_names_of_the_widgets_look() -> None:
    look = plots.stylesheet("experiments/plot.css")

    assert all(f"{name}:" in look for value in NAMES.values() for name in re.findall("--wsl-[a-z]+", value))
