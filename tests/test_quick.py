"""The quick tests are those that tests/quick.py does not leave out."""

import pytest

from tests.quick import SLOW, has_quick


def test_each_part_that_is_left_out_is_there(pytestconfig: pytest.Config) -> None:
    root = pytestconfig.rootpath
    files = [path.relative_to(root).as_posix() for path in root.glob("tests/**/test_*.py")]

    assert [part for part in SLOW if not any(part.partition("::")[0] in file for file in files)] == []


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("tests/notebooks", False),
        ("tests/test_look.py", False),
        ("tests/authoring", True),
        ("tests/test_style.py", True),
    ],
)
def test_a_quick_run_imports_nothing_that_is_left_out(
    pytestconfig: pytest.Config, path: str, imported: bool
) -> None:
    assert has_quick(pytestconfig.rootpath / path, pytestconfig.rootpath) is imported


def test_a_test_is_quick_unless_it_is_left_out(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("quick")
