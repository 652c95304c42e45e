"""A load run counts every text, and its plot says its numbers."""

import pytest

from server_snippets.step_11_fan_out import app as fan_out
from websocket_lab.experiments.load import load_run, plot_load


def test_every_crowd_has_a_time() -> None:
    times = load_run(fan_out, [2, 5])

    assert len(times) == 2 and min(times) > 0


def test_the_plot_says_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    plot_load([25, 50], {"ours": [1.0, 2.04]})

    assert "ours — 25: 1.0 · 50: 2.0" in capsys.readouterr().out
