"""A bucket of tokens, with a clock that the test turns."""

import pytest

from server_snippets.server.transport.rate_limit import RateLimit


class Clock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Start a clock."""
    return Clock()


def admitted(limit: RateLimit, messages: int) -> int:
    """Count how many of so many messages pass."""
    return sum(limit.admits() for _ in range(messages))


def test_two_hundred_pass_at_once(clock: Clock) -> None:
    assert admitted(RateLimit(100, clock), 250) == 200


def test_then_a_hundred_pass_each_second(clock: Clock) -> None:
    limit = RateLimit(100, clock)
    admitted(limit, 200)
    for _ in range(3):
        clock.now += 1
        assert admitted(limit, 250) == 100


def test_a_long_rest_saves_no_more_than_two_hundred(clock: Clock) -> None:
    limit = RateLimit(100, clock)
    clock.now += 3600

    assert admitted(limit, 1000) == 200


def test_a_hundred_a_second_is_never_refused(clock: Clock) -> None:
    limit = RateLimit(100, clock)
    admitted(limit, 200)
    for _ in range(3000):
        clock.now += 1 / 64
        assert limit.admits()
    assert not limit.is_exhausted


def test_ten_seconds_of_refusals_exhaust_the_patience(clock: Clock) -> None:
    limit = RateLimit(100, clock)
    admitted(limit, 201)
    for _ in range(19):
        clock.now += 0.5
        admitted(limit, 100)
        assert not limit.is_exhausted
    clock.now += 0.5
    admitted(limit, 100)

    assert limit.is_exhausted


def test_a_pause_makes_good(clock: Clock) -> None:
    limit = RateLimit(100, clock)
    for _ in range(10):
        admitted(limit, 201)
        clock.now += 2.5

    assert not limit.is_exhausted


def test_a_rate_of_zero_is_no_limit(clock: Clock) -> None:
    assert admitted(RateLimit(0, clock), 10_000) == 10_000


def test_without_a_rate_there_is_nothing_to_wait_for() -> None:
    assert RateLimit(0).seconds_to_wait == 0
