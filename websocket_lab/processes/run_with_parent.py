"""Runs a command for as long as somebody holds the other end of the input; started by this file's path.

When the input ends, however that came about, the command is ended. So nothing outlives a killed kernel.
The first argument is a folder that goes with it, or an empty word.
"""

import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Event, Thread


KILL = "kill"
# Longer than a service of a lesson may drain.
PATIENCE = 12.0


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    folder, *command = sys.argv[1:]
    process, input_ended = start(command), Event()
    Thread(target=hold, args=(process, input_ended), daemon=True).start()
    code = process.wait()
    # One that was killed or has crashed may come back, and wants what is in its folder.
    if folder and input_ended.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return code


def start(command: list[str]) -> "subprocess.Popen[bytes]":
    """Run the command; on Windows in a group of its own, the only way to reach it alone with a signal."""
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, creationflags=flags)


def ask_to_end(process: "subprocess.Popen[bytes]") -> None:
    """Send the signal that lets a server say goodbye; on Windows SIGTERM would end it at once."""
    if sys.platform == "win32":
        # Without a console there is no signal, and waiting is all that is left.
        with suppress(OSError):
            process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()


def hold(process: "subprocess.Popen[bytes]", input_ended: Event) -> None:
    """Wait for the order to kill the process, or for the end of the input, which ends it politely."""
    if sys.stdin.readline().strip() == KILL:
        process.kill()
        return

    input_ended.set()
    ask_to_end(process)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main())
