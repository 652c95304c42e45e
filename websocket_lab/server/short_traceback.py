"""Tracebacks under a cell, cut to the learner's own lines where they lead into this package."""

from types import TracebackType

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from websocket_lab.server.learner_traceback import PACKAGE, is_learners_file


def shorten_tracebacks() -> None:
    """From now on show errors of this package without its inside; outside IPython do nothing."""
    shell = get_ipython()
    # Who has set up something of the kind keeps it.
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((Exception,), _show)  # type: ignore[no-untyped-call]


def learner_part(traceback: TracebackType | None) -> TracebackType | None:
    """Return the traceback without the frames of libraries, if it leads into this package; else as it is."""
    steps = _steps(traceback)
    if not any(_file(step).startswith(str(PACKAGE)) for step in steps):
        return traceback

    part: TracebackType | None = None
    for step in reversed([step for step in steps if is_learners_file(_file(step))]):
        part = TracebackType(part, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return part or traceback


def _show(
    shell: InteractiveShell,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    part = learner_part(traceback)
    # IPython leaves out its own frame, the first, which a part no longer has.
    offset = tb_offset if part is traceback else 0
    shell.showtraceback((kind, error, part), tb_offset=offset, running_compiled_code=True)


def _steps(traceback: TracebackType | None) -> list[TracebackType]:
    steps = []
    while traceback is not None:
        steps.append(traceback)
        traceback = traceback.tb_next
    return steps


def _file(step: TracebackType) -> str:
    return step.tb_frame.f_code.co_filename
