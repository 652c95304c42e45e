"""A process that stands still, as on a machine that has too much to do."""

import ctypes
import sys


def stand_still(seconds: float) -> None:
    """Let no thread of this process do anything: unlike time.sleep, this keeps Python's lock."""
    if sys.platform == "win32":
        ctypes.PyDLL("kernel32").Sleep(int(seconds * 1e3))
    else:
        ctypes.PyDLL(None).usleep(int(seconds * 1e6))
