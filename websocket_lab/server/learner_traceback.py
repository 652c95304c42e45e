"""Tracebacks cut to the lines that the learner wrote."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException, walk_tb

from IPython.core.getipython import get_ipython


PACKAGE = Path(__file__).parent.parent
LIBRARIES = tuple(
    {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(PACKAGE), "<frozen"}
)
SNIPPETS = str(PACKAGE.parent / "server_snippets")


def learner_traceback(error: BaseException) -> str:
    """Return the traceback of `error` without the frames of libraries, cells named as the notebook does."""
    summary = TracebackException.from_exception(error)
    for part in _with_causes(summary):
        part.stack = learner_stack(part.stack)

    return "".join(summary.format()).rstrip()


def has_learners_line(error: BaseException) -> bool:
    """Return whether `error`, or one in its group, was raised by the learner's code, or by what it calls."""
    errors = [error]
    # Not by recursion: groups may be nested deeper than Python's stack.
    for each in errors:
        if any(is_learners_file(frame.f_code.co_filename) for frame, _ in walk_tb(each.__traceback__)):
            return True
        errors += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
    return False


def last_line(error: BaseException) -> str:
    """Return an exception's type and message, whatever its own `__str__` does."""
    return "".join(TracebackException.from_exception(error).format_exception_only()).strip()


def learner_stack(stack: StackSummary) -> StackSummary:
    """Return the frames of the learner's own lines, cells named as the notebook does."""
    shown = [frame for frame in stack if is_learners_file(frame.filename)]
    # The course's own servers are shown only where the learner has no line among them.
    own = [frame for frame in shown if not frame.filename.startswith(SNIPPETS)]
    return StackSummary.from_list([_named(frame) for frame in own or shown])


def is_learners_file(name: str) -> bool:
    """Return whether a frame in this file is the learner's own, and not a library's."""
    # uvloop's lines come as `uvloop/loop.pyx`, with no folder that tells where it is installed.
    return not name.startswith(LIBRARIES) and not name.endswith(".pyx")


def shown_name(filename: str) -> str:
    """Return the name of a file, or `Cell In[5]` for a notebook's cell."""
    shell = get_ipython()
    label = shell.compile.format_code_name(filename) if shell else None
    return " ".join(label) if label else filename


def _with_causes(summary: TracebackException) -> Iterator[TracebackException]:
    # Not by recursion: a chain of exceptions may be longer than Python's stack.
    parts = [summary]
    while parts:
        part = parts.pop()
        yield part
        led_to_it = [part.__cause__, part.__context__, *(part.exceptions or [])]
        parts += [each for each in led_to_it if each is not None]


def _named(frame: FrameSummary) -> FrameSummary:
    return FrameSummary(shown_name(frame.filename), frame.lineno, frame.name, line=frame.line)
