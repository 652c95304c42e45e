"""Patience is measured in time in which something could have happened."""

import time

import pytest

from tests.websocket_lab.standstill import stand_still
from websocket_lab.checking.timing import SLICE, Patience


def wait_in_vain(seconds: float) -> None:
    time.sleep(seconds)
    raise TimeoutError


def test_what_comes_is_returned_at_once() -> None:
    assert Patience(60).wait(lambda seconds: "hi") == "hi"


def test_it_ends_when_nothing_comes() -> None:
    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        Patience(0.3).wait(wait_in_vain)

    assert time.monotonic() - begin > 0.2


def test_without_any_patience_it_is_tried_once() -> None:
    tried: list[float] = []

    def act(seconds: float) -> None:
        tried.append(seconds)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        Patience(0.0).wait(act)
    assert tried == [0.0]


def test_no_time_passes_while_the_process_stands_still() -> None:
    patience = Patience(2 * SLICE)
    stand_still(5 * SLICE)

    assert not patience.is_over
