"""Files of tests begin in an order that keeps neither the processors nor the processes idle."""

import pytest

from tests.spreading import LONGEST, rank, unit


FILES = [
    "tests/authoring/test_pace.py",
    "tests/notebooks/test_02_echo.py",
    "tests/notebooks/test_12_testing.py",
    "tests/authoring/test_submissions.py",
    "tests/websocket_lab/widgets/test_client_panel_in_jupyterlab.py",
]


@pytest.mark.parametrize(("takes_busy", "order"), [(True, [2, 1, 4, 3, 0]), (False, [3, 0, 2, 1, 4])])
def test_its_own_kind_comes_first_and_the_longest_before_others(takes_busy: bool, order: list[int]) -> None:
    assert sorted(FILES, key=lambda file: rank(file, takes_busy)) == [FILES[index] for index in order]


def test_what_mostly_waits_is_spread_by_tests() -> None:
    waiting = "tests/websocket_lab/exercises/test_heartbeat.py::test_a_right_server_passes[slow]"

    assert unit(waiting) == waiting
    assert unit("tests/authoring/test_pace.py::test_one_sentence") == "tests/authoring/test_pace.py"


def test_the_longest_files_are_there(pytestconfig: pytest.Config) -> None:
    names = {path.name for path in pytestconfig.rootpath.glob("tests/**/test_*.py")}

    assert set(LONGEST) <= names
