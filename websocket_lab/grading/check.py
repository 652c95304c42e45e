"""`check(id, subject)`: send real clients at the learner's work and say what they saw."""

import contextvars
import threading
from typing import Any

from websocket_lab.grading.check_run import CheckRun
from websocket_lab.grading.exercise import find, known_ids
from websocket_lab.grading.last_check import remember
from websocket_lab.grading.progress_file import record_try
from websocket_lab.grading.timing import SLICE, Patience
from websocket_lab.grading.verdict import Outcome, Verdict
from websocket_lab.server.safe_text import plain_text


# Longer than a server may take to start: that one has a message of its own.
LONGEST_START = 12.0
SWAPPED = ' The id comes first: check("{}", make_app).'


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
