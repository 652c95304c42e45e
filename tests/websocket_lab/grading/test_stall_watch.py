"""While a process stands still, its check proves nothing, and begins again."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import chain, count, repeat
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from tests.websocket_lab.standstill import stand_still
from websocket_lab import check
from websocket_lab.client.client_loop import client_loop
from websocket_lab.grading import check as check_module
from websocket_lab.grading import stall_watch, timing
from websocket_lab.grading.exercise import Exercise, Step
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.mismatch import Mismatch, TooSlow
from websocket_lab.grading.stall_watch import StallWatch, undisturbed
from websocket_lab.grading.timing import Patience
from websocket_lab.grading.verdict import Verdict


Check = Callable[..., Verdict]


class Attempts:
    """A step that may fail, or stand still, at its first attempts."""

    def __init__(self, wrong: int = 0, still: int = 0, error: Exception | None = None) -> None:
        self.count = 0
        self._wrong = wrong
        self._still = still
        self._error = error or Mismatch("Ana is answered.", "She was not.")

    def ana_is_heard(self, harness: Any) -> None:
        """Ana is answered."""
        self.count += 1
        if self.count <= self._still:
            stand_still(0.6)
        if self.count <= self._wrong:
            raise self._error


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks a server with one step."""

    def judge(attempts: Attempts, **options: Any) -> Verdict:
        exercise = Exercise("Shouting", Harness, [Step(attempts.ana_is_heard)], **options)
        monkeypatch.setattr(check_module, "find", lambda id: exercise)
        return check("shouting", FastAPI)

    return judge


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, it counts as calm."""
    monkeypatch.setattr(stall_watch, "HARMLESS", 3600)


def test_a_process_that_stands_still_is_noticed() -> None:
    with StallWatch() as watch:
        stand_still(0.6)

    assert watch.stood_still


def test_clients_that_stand_still_are_noticed() -> None:
    with StallWatch() as watch:
        client_loop().call(time.sleep, 0.6)

    assert watch.stood_still


@pytest.mark.usefixtures("calm")
def test_a_process_that_goes_on_is_not_said_to_stand_still() -> None:
    with StallWatch() as watch:
        pass

    assert not watch.stood_still


@pytest.mark.parametrize("error", [None, TimeoutError()], ids=["in the server", "in the check"])
def test_what_is_wrong_while_the_process_stands_still_is_looked_at_again(
    judge: Check, error: Exception | None
) -> None:
    attempts = Attempts(wrong=2, still=2, error=error)

    assert judge(attempts).passed
    assert attempts.count >= 3


def test_a_scene_is_played_again_until_nothing_has_disturbed_it() -> None:
    waits = chain([0.6, 0.6], repeat(0.0))

    def play() -> float:
        stand_still(wait := next(waits))
        return wait

    assert undisturbed(play) == 0.0


def test_a_scene_that_went_wrong_is_played_again_if_it_was_disturbed() -> None:
    wrong = [Mismatch("Ana is answered.", "She was not.")]

    def play() -> str:
        if not wrong:
            return "received"
        stand_still(0.6)
        raise wrong.pop()

    assert undisturbed(play) == "received"


@pytest.mark.usefixtures("calm")
def test_a_scene_that_went_wrong_undisturbed_is_not_played_again() -> None:
    wrong = [Mismatch("Ana is answered.", "She was not.")]

    with pytest.raises(Mismatch):
        undisturbed(lambda: wrong and raise_it(wrong.pop()))


def raise_it(error: Exception) -> None:
    raise error


def test_a_scene_that_is_always_disturbed_is_not_played_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall_watch, "HARMLESS", -1)
    monkeypatch.setattr(stall_watch, "LONGEST", 0.2)

    assert undisturbed(count(1).__next__) >= 1


@pytest.mark.usefixtures("calm")
def test_what_did_not_come_while_other_programs_had_the_processors_is_looked_at_again(
    judge: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def ana_is_heard(harness: Harness) -> None:
        """Ana is answered."""
        nonlocal tries
        tries += 1
        if tries > 1:
            return
        with monkeypatch.context() as patch:
            patch.setattr(timing, "processor_waits", lambda: {"1": time.monotonic()})
            patience = Patience(0.1)
            while not patience.is_over:
                time.sleep(0.01)
        raise Mismatch("Ana is answered.", "She was not.")

    assert judge(SimpleNamespace(ana_is_heard=ana_is_heard)).passed
    assert tries == 2


@pytest.mark.usefixtures("calm")
def test_a_check_that_was_too_slow_for_its_own_claim_begins_again(judge: Check) -> None:
    attempts = Attempts(wrong=2, error=TooSlow())

    assert judge(attempts).passed
    assert attempts.count == 3


@pytest.mark.usefixtures("calm")
def test_a_check_that_is_always_too_slow_for_its_own_claim_blames_nobody(judge: Check) -> None:
    verdict = judge(Attempts(wrong=10**9, error=TooSlow()), seconds=0.1)

    assert (verdict.outcome, verdict.message) == ("environment", check_module.BUSY)


@pytest.mark.usefixtures("calm")
def test_what_is_wrong_on_a_calm_machine_counts_at_once(judge: Check) -> None:
    attempts = Attempts(wrong=1)

    assert judge(attempts).outcome == "failed"
    assert attempts.count == 1


@pytest.mark.parametrize(("is_timed", "looks"), [(False, 1), (True, 2)])
def test_what_is_right_is_looked_at_again_only_where_it_depends_on_time(
    judge: Check, is_timed: bool, looks: int
) -> None:
    attempts = Attempts(still=1)

    assert judge(attempts, is_timed=is_timed).passed
    # More, if this machine has stood still by itself.
    assert attempts.count >= looks if is_timed else attempts.count == looks


NOTHING_CAME = Mismatch("Ana is answered.", "She was not.")
WRONG_CAME = Mismatch("Ana is answered.", "Ben was.", who="Ana", message="Ben")


@pytest.mark.parametrize(
    ("longest", "error", "outcome"),
    [
        ((0.6, 0.5), NOTHING_CAME, "passed"),
        ((0.5, 0.6), NOTHING_CAME, "environment"),
        ((0.5, 0.6), WRONG_CAME, "failed"),
    ],
)
def test_of_a_check_that_is_always_disturbed_the_calmest_time_counts_where_it_proves_something(
    judge: Check,
    monkeypatch: pytest.MonkeyPatch,
    longest: tuple[float, ...],
    error: Exception,
    outcome: str,
) -> None:
    class Disturbed(AbstractContextManager["Disturbed"]):
        stood_still = True
        times = chain(longest, repeat(1.0))

        def __init__(self) -> None:
            self.longest = next(self.times)

        def __exit__(self, *exception: object) -> None: ...

    monkeypatch.setattr(check_module, "StallWatch", Disturbed)
    # Each look at the clock takes a second.
    monkeypatch.setattr(check_module, "time", SimpleNamespace(perf_counter=count().__next__))

    # Right at its second attempt, and disturbed at both.
    monkeypatch.setattr(check_module.CheckRun, "_counts", lambda *_: False)
    assert judge(Attempts(wrong=1, error=error)).outcome == outcome
