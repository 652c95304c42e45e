"""`check(id, subject)`: send real clients at the learner's work and say what they saw."""

import contextvars
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from operator import itemgetter
from typing import Any, TypeVar

from websocket_lab.grading.exercise import Exercise, find, known_ids
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.last_check import remember
from websocket_lab.grading.learner_notebook import work_elsewhere
from websocket_lab.grading.learner_source import is_untouched, learner_cell
from websocket_lab.grading.mismatch import Mismatch, SubjectError, TooSlow
from websocket_lab.grading.progress_file import record_try
from websocket_lab.grading.stall_watch import StallWatch
from websocket_lab.grading.timing import SLICE, Patience
from websocket_lab.grading.verdict import Outcome, StepResult, Verdict
from websocket_lab.server.background_server import ServerStartError
from websocket_lab.server.forgotten_await import forgotten_awaits
from websocket_lab.server.learner_traceback import has_learners_line, last_line, learner_traceback
from websocket_lab.server.safe_text import plain_text
from websocket_lab.server.thread_interrupt import Interrupted, interrupt


# Longer than a server may take to start: that one has a message of its own.
LONGEST_START = 12.0
SWAPPED = ' The id comes first: check("{}", make_app).'
UNTOUCHED = (
    "The gaps are still empty: write your code where it says “Your code here”, run that cell, check again."
)
ELSEWHERE = (
    " Your work is in the notebook {name}, from when this exercise had another number: "
    "open that one, or copy your cells from it."
)
NOT_YOURS = "The check itself broke ({error}). This is not your fault: restart the kernel and try again."
BUSY = (
    "Other programs kept this computer so busy that what the check saw proves nothing. "
    "This is not your fault: close some of them, or wait a while, and check again."
)
BLOCKED = (
    "Something blocks the event loop, such as time.sleep() or a loop without await. "
    "Use await asyncio.sleep(), and await in each round."
)
# What is raised where the check looks at the subject: by a property, a `__repr__` or another special method.
RAISED = "Your code raised {error}, where it should not raise anything."
SERVER_ENDED = "An exception ended your whole server: {error}"
TASK_ENDED = "An exception ended a task that your code had started: {error}"
# Where the cause is known, a hint about the step would lead away from it.
UNAWAITED = "Calling an async function only makes a coroutine; await runs it. The cause names the line."
RAISED_HINT = "The last line of what your code raised says what went wrong, and the line above it where."
BLOCKED_HINT = "The lines above show where your server stands still. What takes time there must be awaited."
# What part of its time a check may take to begin again, where the process stood still.
MOST = 0.8
Found = TypeVar("Found")


class CheckRun:
    """One run of one check; while the process stands still, nothing that it sees proves anything.

    Attributes:
        has_started: Set once the learner's server runs.
        verdict: What was found, as soon as `run` has returned.
        source: The code in which the learner filled the gaps, or None where there is none.
    """

    def __init__(self, exercise_id: str, exercise: Exercise, subject: Any) -> None:
        self.id = exercise_id
        self.exercise = exercise
        self.subject = subject
        self.has_started = threading.Event()
        self.source: str | None = None
        self._forgotten: list[str] = []
        self._right = 0
        self._reached = False
        # Whether the verdict would be the same, however busy this computer is.
        self._is_proven = True
        self._begin = time.perf_counter()
        self.verdict = self._environment(NOT_YOURS.format(error="it ended without a verdict"))

    def run(self) -> None:
        """Take the steps, and keep the verdict."""
        # When it is interrupted, the verdict says so already.
        with suppress(Interrupted):
            self.source = _found(learner_cell, self.subject, self.id)
            self.verdict = self._judge_undisturbed()

    def too_late(self, thread: threading.Thread, seconds: float, is_unfair: bool) -> Verdict:
        """Return the verdict on a run that did not end, and end it.

        Args:
            thread: Where it runs.
            seconds: How long it was given.
            is_unfair: Whether other programs had the processors all the while.
        """
        where = "a step" if self.has_started.is_set() else "making your server: does make_app() end?"
        interrupt(thread)
        if is_unfair:
            return self._environment(BUSY)
        return self._verdict(Outcome.TIMED_OUT, f"After {seconds:g} seconds the check was still at {where}")

    def _judge_undisturbed(self) -> Verdict:
        disturbed: list[tuple[tuple[bool, float], bool, Verdict]] = []
        begin = now = time.perf_counter()
        # Each time takes about as long as the one before.
        while not disturbed or (now - self._begin) + (now - begin) < self.exercise.seconds * MOST:
            begin = time.perf_counter()
            self._right, self._reached, self._is_proven = 0, False, True
            unfair_ends = Patience.unfair_ends
            with StallWatch() as watch:
                verdict = self._judge_safely()
            was_fair = Patience.unfair_ends == unfair_ends
            if (was_fair and not watch.stood_still) or self._counts(verdict):
                return verdict
            disturbed.append(((not was_fair, watch.longest), self._is_proven, verdict))
            now = time.perf_counter()
        _, is_proven, verdict = min(disturbed, key=itemgetter(0))
        return verdict if is_proven else self._environment(BUSY)

    def _counts(self, verdict: Verdict) -> bool:
        # Where everything came, it matters to few exercises when it came.
        return verdict.passed and not self.exercise.is_timed

    def _judge_safely(self) -> Verdict:
        try:
            return self._judge()
        except Interrupted:
            raise
        except TooSlow:
            Patience.unfair_ends += 1
            return self._environment(BUSY)
        except BaseException as error:
            # A check must never raise, whatever this is.
            if has_learners_line(error):
                words = f"Your code raised an exception:\n{learner_traceback(error)}"
                return self._verdict(Outcome.ERROR, words)
            return self._environment(NOT_YOURS.format(error=last_line(error)))

    def _environment(self, words: str) -> Verdict:
        # No step is to be blamed.
        self._right, self._reached = 0, False
        return self._verdict(Outcome.ENVIRONMENT, words)

    def _judge(self) -> Verdict:
        # Where the course's files are not at hand, the steps will say what is missing.
        if _found(is_untouched, self.id, self.subject):
            return self._verdict(Outcome.NOT_STARTED, UNTOUCHED + _elsewhere(self.id))

        self._forgotten = []
        try:
            with forgotten_awaits(self._forgotten.append), self.exercise.harness(self.subject) as harness:
                self.has_started.set()
                return self._take_steps(harness)
        except (SubjectError, ServerStartError) as error:
            return self._verdict(Outcome.ERROR, str(error))

    def _take_steps(self, harness: Harness) -> Verdict:
        self._reached = True
        for step in self.exercise.steps:
            forgotten = len(self._forgotten)
            harness.next_step()
            try:
                step.take(harness)
            except Mismatch as mismatch:
                mismatch.cause = _cause(harness, self._forgotten[forgotten:]) or mismatch.cause
                return self._wrong(harness, mismatch, harness.new_errors or harness.task_errors)
            except BaseException as error:
                if isinstance(error, Interrupted | TooSlow) or not has_learners_line(error):
                    raise
                raised = Mismatch(step.claim, RAISED.format(error=last_line(error)))
                return self._wrong(harness, raised, [learner_traceback(error)])
            self._right += 1
        return self._all_right(harness)

    def _all_right(self, harness: Harness) -> Verdict:
        self._reached = False
        words = f'All {self._right} steps are right. See how the solution does it: `compare("{self.id}")`.'
        if self._forgotten:
            words += f"\nBeside that: {self._forgotten[0]}"
        errors = harness.errors or harness.task_errors
        if not errors:
            return self._verdict(Outcome.PASSED, words, diagram=harness.diagram())

        words += "\nBeside that, your code raised an exception that no client noticed."
        return self._verdict(Outcome.PASSED, words, diagram=harness.diagram(), trace=errors[-1])

    def _wrong(self, harness: Harness, mismatch: Mismatch, errors: list[str]) -> Verdict:
        found = {"expected": mismatch.expected, "came": mismatch.came, "cause": mismatch.cause}
        hint = UNAWAITED if found["cause"] in self._forgotten else self._hint
        outcome, trace = Outcome.FAILED, ""
        if errors:
            outcome, trace, hint = Outcome.ERROR, errors[0], RAISED_HINT
        if stuck := harness.standstill():
            outcome, trace, hint, found["cause"] = Outcome.TIMED_OUT, stuck, BLOCKED_HINT, BLOCKED
        # A message that came has come; what did not come in time might have, on another computer.
        self._is_proven = bool(trace or mismatch.message) and not self.exercise.is_timed
        words = " ".join(filter(None, [f"Expected: {found['expected']}", found["came"], found["cause"]]))
        return self._verdict(
            outcome, words, **found, trace=trace, hint=hint, diagram=harness.diagram(mismatch)
        )

    @property
    def _hint(self) -> str:
        hints = self.exercise.steps[self._right].hints or self.exercise.hints or ("",)
        return hints[0]

    def _verdict(self, outcome: Outcome, message: str, **found: Any) -> Verdict:
        seconds = time.perf_counter() - self._begin
        return Verdict(
            self.id, self.exercise.title, outcome, message, self._results, seconds=seconds, **found
        )

    @property
    def _results(self) -> list[StepResult]:
        steps = enumerate(self.exercise.steps)
        return [StepResult(step.name, step.claim, self._passed(number)) for number, step in steps]

    def _passed(self, number: int) -> bool | None:
        if number < self._right:
            return True
        return False if self._reached and number == self._right else None


def _cause(harness: Harness, forgotten: list[str]) -> str:
    """Return what led to a mismatch, whatever the step was about; "" if nothing is known."""
    if harness.new_errors and harness.has_ended:
        return SERVER_ENDED.format(error=harness.new_errors[-1].splitlines()[-1])
    if harness.task_errors and not harness.new_errors:
        return TASK_ENDED.format(error=harness.task_errors[0].splitlines()[-1])
    return next(iter(forgotten), "")


def _elsewhere(exercise: str) -> str:
    """Return where the learner's work is if it is not in the notebook of today's number, or ""."""
    notebook = _found(work_elsewhere, exercise)
    return ELSEWHERE.format(name=notebook.name) if notebook else ""


def _found(look: Callable[..., Found], *arguments: Any) -> Found | None:
    """Return what `look` returns; None where the files, or the subject itself, raise an exception."""
    try:
        return look(*arguments)
    except Interrupted:
        raise
    except BaseException:
        return None


def check(id: str, subject: Any) -> Verdict:
    """Return what real clients saw of the learner's server or client, step by step; never raise, never hang.

    Args:
        id: The id of the exercise, such as "private_messages", or of the your-turn.
        subject: What the exercise asks for: a function that returns a new app, or a client.
    """
    name = plain_text(id)
    try:
        exercise = find(id)
    except LookupError as error:
        return Verdict(name, name, Outcome.ERROR, f"{error}{_swapped(subject)}")

    print(f"Checking “{exercise.title}”: ends within {exercise.seconds:g} seconds.")
    run = CheckRun(name, exercise, subject)
    verdict = _in_time(run)
    remember(name, run.source, verdict.hint)
    record_try(name, verdict.outcome, verdict.step, run.source)
    return verdict


def _swapped(subject: Any) -> str:
    name = plain_text(subject)
    return SWAPPED.format(name) if name in known_ids() else ""


def _in_time(run: CheckRun) -> Verdict:
    # The copied context keeps what the learner's code prints under the cell that checks it.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run.run,), daemon=True, name="websocket-lab-check")
    thread.start()
    return _result(run, thread)


def _result(run: CheckRun, thread: threading.Thread) -> Verdict:
    for seconds in (LONGEST_START, run.exercise.seconds):
        patience = Patience(seconds)
        while thread.is_alive() and not patience.is_over:
            thread.join(SLICE / 2)
        if not thread.is_alive():
            return run.verdict
        if not run.has_started.is_set():
            break
    return run.too_late(thread, seconds, patience.is_unfair)
