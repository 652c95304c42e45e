"""Every lesson has tests of its own that run it from top to bottom, twice in one kernel."""

import re
from pathlib import Path

from tests.notebooks.run import LESSONS


# Once for what its cells show; and when a person has used it, in JupyterLab.
RUNS = (r"\(run: LessonRun\)", r"run_all_for_everyone\(page, run\)")


def test_the_tests_of_each_lesson_run_it_twice() -> None:
    own = [Path(__file__).with_name(f"test_{Path(lesson).stem}.py") for lesson in LESSONS]
    texts = {path.name: path.read_text(encoding="utf-8") for path in own}

    assert [(name, run) for name, text in texts.items() for run in RUNS if not re.search(run, text)] == []
