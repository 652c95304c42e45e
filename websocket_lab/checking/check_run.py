"""One run of a check: the steps in order, until one is not right."""

import threading
import time
from contextlib import suppress
from operator import itemgetter
from typing import Any

from websocket_lab.checking.bench import Bench
from websocket_lab.checking.exercise import Exercise, claim
from websocket_lab.checking.forgotten_await import forgotten_awaits
from websocket_lab.checking.mismatch import Mismatch, SubjectError
from websocket_lab.checking.stall_watch import StallWatch
from websocket_lab.checking.verdict import Outcome, StepResult, Verdict
from websocket_lab.exercise.learner_source import is_untouched
from websocket_lab.server.background_server import ServerStartError
from websocket_lab.server.thread_interrupt import Interrupted, interrupt


UNTOUCHED = (
    "The gaps are still empty: write your code where it says “Your code here”, run that cell, check again."
)
NOT_YOURS = "The check itself broke ({error}). This is not your fault: restart the kernel and try again."
BLOCKED = (
    "Something blocks the event loop, such as time.sleep() or a loop without await. "
    "Use await asyncio.sleep(), and await in each round."
)
# What part of its time a check may take to begin again, where the process stood still.
MOST = 0.8


class CheckRun:
    """One run of one check; while the process stands still, nothing that it sees proves anything.

    Attributes:
        has_started: Set once the learner's server runs.
        verdict: What was found; there is one as soon as `run` has returned.
    """

    def __init__(self, exercise_id: str, exercise: Exercise, subject: Any) -> None:
        self.id = exercise_id
        self.exercise = exercise
        self.subject = subject
        self.has_started = threading.Event()
        self.verdict: Verdict
        self._forgotten: list[str] = []
        self._right = 0
        self._reached = False
        self._begin = time.perf_counter()

    def run(self) -> None:
        """Take the steps, and keep the verdict."""
        # When it is interrupted, the verdict says so already.
        with suppress(Interrupted):
            self.verdict = self._judge_undisturbed()

    def too_late(self, thread: threading.Thread, seconds: float) -> Verdict:
        """Return the verdict on a run that did not end, and end it."""
        where = "a step" if self.has_started.is_set() else "making your server: does make_app() end?"
        interrupt(thread)
        return self._verdict(Outcome.TIMED_OUT, f"After {seconds:g} seconds the check was still at {where}")

    def _judge_undisturbed(self) -> Verdict:
        disturbed: list[tuple[float, Verdict]] = []
        begin = now = time.perf_counter()
        # Each time takes about as long as the one before.
        while not disturbed or (now - self._begin) + (now - begin) < self.exercise.seconds * MOST:
            begin = time.perf_counter()
            self._right, self._reached = 0, False
            with StallWatch() as watch:
                verdict = self._judge_safely()
            if not watch.stood_still or self._counts(verdict):
                return verdict
            disturbed.append((watch.longest, verdict))
            now = time.perf_counter()
        return min(disturbed, key=itemgetter(0))[1]

    def _counts(self, verdict: Verdict) -> bool:
        # Where everything came, it matters to few exercises when it came.
        return verdict.passed and not self.exercise.is_timed

    def _judge_safely(self) -> Verdict:
        try:
            return self._judge()
        except Interrupted:
            raise
        except Exception as error:
            # A check must never raise: whatever this is, it is not about the learner's work.
            words = NOT_YOURS.format(error=f"{type(error).__name__}: {error}")
            return self._verdict(Outcome.ENVIRONMENT, words)

    def _judge(self) -> Verdict:
        if self._is_untouched():
            return self._verdict(Outcome.NOT_STARTED, UNTOUCHED)

        try:
            with forgotten_awaits() as self._forgotten, self.exercise.bench(self.subject) as bench:
                self.has_started.set()
                return self._take_steps(bench)
        except (SubjectError, ServerStartError) as error:
            return self._verdict(Outcome.ERROR, str(error))

    def _is_untouched(self) -> bool:
        # Where the course's files are not at hand, the steps will say what is missing.
        with suppress(LookupError, OSError, ValueError):
            return is_untouched(self.id, self.subject)
        return False

    def _take_steps(self, bench: Bench) -> Verdict:
        self._reached = True
        for step in self.exercise.steps:
            raised, forgotten = len(bench.errors), len(self._forgotten)
            bench.next_step()
            try:
                step(bench)
            except Mismatch as mismatch:
                mismatch.cause = next(iter(self._forgotten[forgotten:]), mismatch.cause)
                return self._wrong(bench, mismatch, bench.errors[raised:])
            self._right += 1
        return self._all_right(bench)

    def _all_right(self, bench: Bench) -> Verdict:
        self._reached = False
        words = f'All {self._right} steps are right. See how the solution does it: `compare("{self.id}")`.'
        if self._forgotten:
            words += f"\nBeside that: {self._forgotten[0]}"
        if not bench.errors:
            return self._verdict(Outcome.PASSED, words, diagram=bench.diagram())

        words += "\nBeside that, your code raised an exception that no client noticed."
        return self._verdict(Outcome.PASSED, words, diagram=bench.diagram(), trace=bench.errors[-1])

    def _wrong(self, bench: Bench, mismatch: Mismatch, errors: list[str]) -> Verdict:
        found = {"expected": mismatch.expected, "came": mismatch.came, "cause": mismatch.cause}
        outcome, trace = (Outcome.ERROR, errors[0]) if errors else (Outcome.FAILED, "")
        if stuck := bench.standstill():
            outcome, trace, found["cause"] = Outcome.TIMED_OUT, stuck, BLOCKED
        words = " ".join(filter(None, [f"Expected: {found['expected']}", found["came"], found["cause"]]))
        return self._verdict(
            outcome, words, **found, trace=trace, hint=self._hint, diagram=bench.diagram(mismatch)
        )

    @property
    def _hint(self) -> str:
        name = self.exercise.steps[self._right].__name__
        hints = self.exercise.hints.get(name) or self.exercise.hints.get("") or [""]
        return hints[0]

    def _verdict(self, outcome: Outcome, message: str, **found: Any) -> Verdict:
        seconds = time.perf_counter() - self._begin
        return Verdict(
            self.id, self.exercise.title, outcome, message, self._results, seconds=seconds, **found
        )

    @property
    def _results(self) -> list[StepResult]:
        steps = enumerate(self.exercise.steps)
        return [StepResult(step.__name__, claim(step), self._passed(number)) for number, step in steps]

    def _passed(self, number: int) -> bool | None:
        if number < self._right:
            return True
        return False if self._reached and number == self._right else None
