"""`check(id, subject)`: send real clients at the learner's work and say what they saw."""

import contextvars
import threading
from typing import Any

from websocket_lab.checking.check_run import CheckRun
from websocket_lab.checking.exercise import find
from websocket_lab.checking.timing import SLICE, Deadline
from websocket_lab.checking.verdict import Outcome, Verdict
from websocket_lab.exercise.last_check import remember
from websocket_lab.exercise.progress_file import record_try
from websocket_lab.server.safe_text import safe_repr


# Longer than a server may take to start: that one has a message of its own.
LONGEST_START = 12.0


def check(id: str, subject: Any) -> Verdict:
    """Return what real clients saw of the learner's server or client, step by step; never raise, never hang.

    Args:
        id: The exercise's id, such as "private_messages".
        subject: What the exercise asks for: a function that returns a new app, or a client.
    """
    name = id if issubclass(type(id), str) else safe_repr(id)
    try:
        exercise = find(name)
    except LookupError as error:
        return Verdict(name, name, Outcome.ERROR, str(error))

    print(f"Checking “{exercise.title}”: ends within {exercise.seconds:g} seconds.")
    run = CheckRun(id, exercise, subject)
    verdict = _in_time(run)
    remember(id, run.source, verdict.hint)
    record_try(id, verdict.outcome, verdict.step, run.source)
    return verdict


def _in_time(run: CheckRun) -> Verdict:
    # The copied context keeps what the learner's code prints under the cell that checks it.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run.run,), daemon=True, name="websocket-lab-check")
    thread.start()
    return _result(run, thread)


def _result(run: CheckRun, thread: threading.Thread) -> Verdict:
    for seconds in (LONGEST_START, run.exercise.seconds):
        deadline = Deadline(seconds)
        while thread.is_alive() and not deadline.is_over:
            thread.join(SLICE / 2)
        if not thread.is_alive():
            return run.verdict
        if not run.has_started.is_set():
            break
    return run.too_late(thread, seconds, deadline.is_unfair)
