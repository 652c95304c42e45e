"""How the files of tests are spread over several processes: those that compute apart from those that wait."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController


# They keep a processor busy with JupyterLab, a browser and kernels; most others wait for silence.
BUSY = ("tests/exercises/", "tests/notebooks/", "_in_jupyterlab.py")
# So many processes take busy files as long as there are any; the rest take the others.
BUSY_PROCESSES = 2
# If one of these began late, it would end alone.
LONGEST = ("test_every_lesson.py", "test_every_exercise.py", "test_typing_indicator.py", "test_heartbeat.py")


class BusyApart(LoadFileScheduling):
    """Gives each process one file after another, so that few of them are busy at the same time."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        takes_busy = self.nodes.index(node) < BUSY_PROCESSES
        first = min(self.workqueue, key=lambda file: rank(file, takes_busy))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)


def rank(file: str, takes_busy: bool) -> tuple[bool, bool]:
    """Return what sorts a file before those that a process should take later."""
    is_busy = any(part in file for part in BUSY)
    return is_busy is not takes_busy, not file.endswith(LONGEST)
