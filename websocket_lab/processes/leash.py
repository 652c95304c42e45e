"""Runs a command for as long as somebody holds the other end of the input; started by this file's path.

When the input ends, however that came about, the command is ended. So nothing outlives a killed kernel.
The first argument is a folder that goes with it, or an empty word.
"""

import shutil
import subprocess
import sys
from threading import Event, Thread


KILL = "kill"
# Longer than a service of a lesson may drain.
PATIENCE = 6.0


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    folder, *command = sys.argv[1:]
    process, let_go = subprocess.Popen(command, stdin=subprocess.DEVNULL), Event()
    Thread(target=hold, args=(process, let_go), daemon=True).start()
    code = process.wait()
    # One that was killed or has crashed may come back, and wants what is in its folder.
    if folder and let_go.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return code


def hold(process: "subprocess.Popen[bytes]", let_go: Event) -> None:
    """Wait for the order to kill the process, or for the end of the input, which ends it politely."""
    if sys.stdin.readline().strip() == KILL:
        process.kill()
        return

    let_go.set()
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main())
