"""An end for a thread that computes forever."""

import ctypes
import threading


class Interrupted(Exception):
    """The check has ended this: it went on for too long."""


def interrupt(thread: threading.Thread, seconds: float = 1.0) -> None:
    """Raise Interrupted in a thread that computes, and wait up to `seconds` for the thread's end.

    A thread that waits inside C code, as in `time.sleep`, gets it when it comes back.
    """
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Interrupted)
        )
        thread.join(seconds)
