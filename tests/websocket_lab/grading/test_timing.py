"""Patience is measured in time in which something could have happened."""

import sys
import threading
import time
from itertools import count
from types import SimpleNamespace

import pytest

from tests.websocket_lab.standstill import stand_still
from websocket_lab.grading import timing
from websocket_lab.grading.timing import SLICE, Patience


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


def test_all_that_comes_in_one_wait_shares_its_time() -> None:
    patience = Patience(0.3)
    with pytest.raises(TimeoutError):
        while True:
            patience.wait(lambda seconds: time.sleep(0.01))


def test_a_wait_can_be_lengthened() -> None:
    patience = Patience(0.0)
    assert patience.is_over
    assert not patience.is_lengthened

    patience.lengthen(60)

    assert patience.is_lengthened
    assert patience.wait(lambda seconds: "hi") == "hi"


def test_no_time_passes_while_the_process_stands_still() -> None:
    patience = Patience(2 * SLICE)
    stand_still(5 * SLICE)

    assert not patience.is_over


def test_time_passes_while_the_process_computes_and_looks_at_no_clock() -> None:
    patience = Patience(2 * SLICE)
    begin = time.process_time()
    while time.process_time() < begin + 3 * SLICE:
        pass

    assert patience.is_over


class Clock:
    """A clock that goes on by half a slice at each look; meanwhile a thread may wait for a processor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_busy: bool) -> None:
        looks, waits = count(), count()
        clock = SimpleNamespace(monotonic=lambda: next(looks) * SLICE / 2, process_time=lambda: 0.0)
        monkeypatch.setattr(timing, "time", clock)
        monkeypatch.setattr(timing, "processor_waits", lambda: {"1": next(waits) * SLICE / 2 * is_busy})


def test_what_a_thread_waits_for_a_processor_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, is_busy=True)
    patience = Patience(3 * SLICE)

    assert not any(patience.is_over for _ in range(20))


def test_it_ends_even_where_a_thread_never_gets_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, is_busy=True)
    patience = Patience(3 * SLICE)

    assert any(patience.is_over for _ in range(30))
    assert patience.is_unfair


def test_an_end_is_fair_where_the_code_could_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, is_busy=False)
    patience = Patience(3 * SLICE)

    assert sum(not patience.is_over for _ in range(10)) in (5, 6)
    assert not patience.is_unfair


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_every_thread_is_asked_how_long_it_waited_for_a_processor() -> None:
    assert str(threading.get_native_id()) in timing.processor_waits()
