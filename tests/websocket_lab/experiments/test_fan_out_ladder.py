"""The ladder: each way is measured, drawn beside those before, and can be measured again."""

import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

from server_snippets.step_04_naive_broadcast import app, manager
from server_snippets.step_11_fan_out import app as send_queue_app
from websocket_lab import BackgroundServer
from websocket_lab.experiments import fan_out
from websocket_lab.experiments.fan_out import Ladder, cost_words, plot_heard, plot_read, range_of, spans


def test_each_rung_is_measured_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    manager.active_connections.clear()
    ladder = Ladder(clients=20, in_flight=2, seconds=0.1)
    ladder.climb("naive loop", app)
    ladder.climb("send queue", send_queue_app, ws_per_message_deflate=False)
    again = ladder.again(in_flight=1)

    assert all(cost > 0 for cost in [*ladder.costs.values(), *again.costs.values()])
    assert list(again.costs) == ["naive loop", "send queue"]
    assert capsys.readouterr().out.count("naive loop: ") == 3


def test_a_server_says_how_long_it_was_busy() -> None:
    with BackgroundServer(app) as server:
        first = server.cpu_seconds()
        assert 0 < first <= server.cpu_seconds()
    with pytest.raises(RuntimeError, match="start"):
        server.cpu_seconds()


def test_a_number_belongs_to_the_range_that_holds_it() -> None:
    names = ["few", "some", "many"]

    assert [range_of(number, names, [5, 150]) for number in (0.2, 5, 79, 151)] == ["few", *names]


def test_the_names_of_lines_that_end_together_do_not_overprint_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[Axes] = []
    monkeypatch.setattr(fan_out, "show_plot", drawn.append)
    plot_heard({"send queue": [0.1, 0.2], "joined writes": [0.1, 0.2]}, until=2)
    (axes,) = drawn
    figure = axes.get_figure(root=True)
    assert figure
    figure.draw_without_rendering()
    first, second = [
        text.get_window_extent()
        for text in axes.findobj(Text)
        if text.get_text() in ("send queue", "joined writes")
    ]

    assert not first.overlaps(second)


def test_costs_are_compared_with_the_first() -> None:
    costs = {"naive": 40.0, "better": 8.0, "same": 40.0, "worse": 60.0}

    assert cost_words(costs) == [
        "40 µs",
        "8.0 µs, 5.0 times cheaper",
        "40 µs, the same",
        "60 µs, 1.5 times dearer",
    ]


def test_numbers_without_a_gap_are_one_span() -> None:
    assert [spans([0, 1, 2, 7, 9, 10]), spans([])] == ["0–2, 7, 9–10", "nothing"]


def test_what_was_heard_and_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    plot_heard({"silent": [], "naive": [0.1, 0.2], "fine": [0.1, 0.2, 1.2]}, until=3)
    plot_read({"disconnect": ([0, 1], 1013), "drop": ([0, 1, 9], None)}, sent=10)

    said = capsys.readouterr().out
    assert "silent: 0 texts, then nothing more\n" in said
    assert "naive: 2 texts, then nothing more\n" in said
    assert "fine: 3 texts; longest pause between two: 1.00 s" in said
    assert "disconnect: Eve read 0–1, and is closed with 1013" in said
    assert "drop: Eve read 0–1, 9, and is still there" in said
