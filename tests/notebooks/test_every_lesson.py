"""Every lesson runs from top to bottom, alone and in JupyterLab, again and again, and is for everyone."""

import re
from pathlib import Path

import pytest

from tests.accessibility import notebook_violations
from tests.jupyterlab import JupyterLab
from tests.notebooks.run import LESSONS


@pytest.mark.parametrize("lesson", LESSONS)
def test_its_own_tests_run_it_without_a_person(lesson: str) -> None:
    own = Path(__file__).with_name(f"test_{Path(lesson).stem}.py")

    assert re.search(r"run_lesson\((LESSON|NAME|\")", own.read_text(encoding="utf-8")), (
        f"{own.name} does not."
    )


# Two runs of a lesson that measures take a busy machine minutes.
@pytest.mark.timeout(400)
@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_ends_in_jupyterlab_and_again_in_the_same_kernel(lab: JupyterLab, lesson: str) -> None:
    page = lab.open(lesson)

    for _ in range(2):
        page.run_all()
        assert page.errors() == []
    assert notebook_violations(page) == []
