"""Every lesson runs from top to bottom, alone and in JupyterLab, again and again, and is for everyone."""

import pytest

from tests.accessibility import notebook_violations
from tests.jupyterlab import JupyterLab
from tests.notebooks.run import LESSONS, run_lesson


@pytest.mark.parametrize("lesson", LESSONS)
def test_it_runs_without_a_person_in_another_folder(lesson: str) -> None:
    run_lesson(lesson)


# Two runs of a lesson that measures take a busy machine minutes.
@pytest.mark.timeout(400)
@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_ends_in_jupyterlab_and_again_in_the_same_kernel(lab: JupyterLab, lesson: str) -> None:
    page = lab.open(lesson)

    for _ in range(2):
        page.run_all()
        assert page.errors() == []
    assert notebook_violations(page) == []
