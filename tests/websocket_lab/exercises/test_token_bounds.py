"""Bounds on a bucket, seen from outside: a right bucket is never found wrong, and wrong ones are."""

import math
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from websocket_lab.exercises.rate_limit.harness import Finding, Try, findings


BURST = 3
RATE = 10.0
PAUSES = st.floats(0.0, 1.0)
# For each try: the time since the last answer, until the server looks, and until its answer is there.
TIMES = st.lists(st.tuples(PAUSES, PAUSES, PAUSES), max_size=40)


def tries(times: Iterable[tuple[float, float, float]], cut: float = BURST, rate: float = RATE) -> list[Try]:
    """Return what clients see of a bucket that holds `cut` tokens at most, and is refilled at `rate`."""
    seen: list[Try] = []
    now = looked = 0.0
    tokens = float(BURST)
    for pause, way_there, way_back in times:
        sent = now + pause
        look = sent + way_there
        tokens = min(cut, tokens + (look - looked) * rate)
        looked, now = look, look + way_back
        seen.append(Try("word", tokens >= 1, sent, now))
        tokens -= tokens >= 1
    return seen


def hasty(count: int) -> list[tuple[float, float, float]]:
    return [(0.025, 0.001, 0.001)] * count


def found(seen: list[Try]) -> set[Finding]:
    return set(findings(seen, BURST, RATE))


@given(TIMES)
def test_a_right_bucket_is_found_right_however_slow_the_way_is(
    times: list[tuple[float, float, float]],
) -> None:
    assert found(tries(times)) <= {Finding.RIGHT}


def test_a_right_bucket_both_delivers_and_refuses() -> None:
    assert {one.delivered for one in tries(hasty(30))} == {True, False}


def test_a_bucket_that_fills_twice_as_fast_is_too_generous() -> None:
    assert found(tries(hasty(30), rate=2 * RATE)) == {Finding.RIGHT, Finding.TOO_GENEROUS}


def test_a_bucket_that_fills_half_as_fast_is_too_strict() -> None:
    assert found(tries(hasty(40), rate=RATE / 2)) == {Finding.RIGHT, Finding.TOO_STRICT}


def test_a_bucket_that_overflows_is_too_generous_after_a_pause() -> None:
    times = [*hasty(10), (0.7, 0.001, 0.001), *[(0.0, 0.001, 0.001)] * 6]

    assert found(tries(times)) == {Finding.RIGHT}
    assert found(tries(times, cut=100)) == {Finding.RIGHT, Finding.TOO_GENEROUS}


@given(TIMES)
def test_a_bucket_that_overflows_is_found_right_where_it_may(times: list[tuple[float, float, float]]) -> None:
    seen = tries(times, cut=math.inf)

    assert set(findings(seen, BURST, RATE, full_since=0.0)) <= {Finding.RIGHT}


def test_a_bucket_that_fills_twice_as_fast_is_too_generous_even_where_it_may_overflow() -> None:
    seen = tries(hasty(30), rate=2 * RATE)

    assert Finding.TOO_GENEROUS in set(findings(seen, BURST, RATE, full_since=0.0))


def test_a_server_that_never_refuses_is_too_generous() -> None:
    assert Finding.TOO_GENEROUS in found([replace(one, delivered=True) for one in tries(hasty(10))])
