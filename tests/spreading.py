"""How the files of tests are spread over several processes: those that compute apart from those that wait."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController


# They keep a processor busy with JupyterLab, a browser and kernels, or with a linter; most others wait.
BUSY = ("tests/exercises/", "tests/notebooks/", "_in_jupyterlab.py", "test_style.py", "test_site.py")
# Their tests share nothing and mostly wait: several processes wait at the same time.
WAITING = ("tests/websocket_lab/exercises/", "tests/websocket_lab/your_turns/")
# So many processes take busy files, the others none: each that does starts a JupyterLab of its own.
BUSY_PROCESSES = 2
# If one of these began late, it would end alone.
LONGEST = (
    "test_style.py",
    "test_site.py",
    "test_every_exercise.py",
    "test_12_testing.py",
    "test_new_lesson_and_exercise.py",
    "test_submissions.py",
)


class BusyApart(LoadFileScheduling):
    """Gives each process one file after another, so that few of them are busy at the same time."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = min(self.workqueue, key=lambda file: rank(file, self._takes_busy(node)))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        others = [other for other in self.nodes if self._takes_busy(other) and not other.shutting_down]
        if others and not self._takes_busy(node) and all(map(is_busy, self.workqueue)):
            node.shutdown()
        else:
            super()._reschedule(node)

    def _takes_busy(self, node: WorkerController) -> bool:
        return self.nodes.index(node) < BUSY_PROCESSES


def unit(test: str) -> str:
    """Return what a process takes with this test: its whole file, or it alone if it mostly waits."""
    return test if test.startswith(WAITING) else test.partition("::")[0]


def is_busy(file: str) -> bool:
    """Say whether the tests of a file compute more than they wait."""
    return any(part in file for part in BUSY)


def rank(file: str, takes_busy: bool) -> tuple[bool, int]:
    """Return what sorts a file before those that a process should take later."""
    place = next((place for place, name in enumerate(LONGEST) if file.endswith(name)), len(LONGEST))
    return is_busy(file) is not takes_busy, place
