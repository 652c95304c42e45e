"""Runs a command for as long as somebody holds the other end of the input; started by this file's path.

When the input ends, however that came about, the command is ended. So nothing outlives a killed kernel.
"""

import subprocess
import sys
from threading import Thread


KILL = "kill"
PATIENCE = 3.0


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    Thread(target=hold, args=(process,), daemon=True).start()
    return process.wait()


def hold(process: "subprocess.Popen[bytes]") -> None:
    """Wait for the order to kill the process, or for the end of the input, which ends it politely."""
    if sys.stdin.readline().strip() == KILL:
        process.kill()
        return

    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main())
