"""The numbers behind the plots of lesson 1."""

import pytest

from websocket_lab.experiments.polling import delays_of


def test_a_tick_is_as_late_as_its_first_hearing() -> None:
    heard = [(10.1, {"tick": 20, "at": 10.0}, 200), (10.3, {"tick": 20, "at": 10.0}, 200)]

    assert delays_of(heard, start=9.0) == pytest.approx([100])


def test_ticks_stand_in_their_order() -> None:
    heard = [(10.1, {"tick": 20, "at": 10.0}, 200), (10.7, {"tick": 21, "at": 10.5}, 200)]

    assert delays_of(heard, start=9.0) == pytest.approx([100, 200])


def test_the_tick_before_the_start_does_not_count() -> None:
    heard = [(10.4, {"tick": 20, "at": 10.0}, 200), (10.6, {"tick": 21, "at": 10.5}, 200)]

    assert delays_of(heard, start=10.4) == pytest.approx([100])
