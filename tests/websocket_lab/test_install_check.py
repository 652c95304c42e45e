"""The install check: a tick where all is well, a remedy where it is not."""

import pytest
from starlette.applications import Starlette

from websocket_lab import install_check as check


def test_here_everything_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    check.install_check()

    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    assert any(line.startswith("✓ fastapi 0.") for line in lines)
    assert lines[-1] == "✓ a message went to a server in this kernel and came back"


def test_an_old_python_is_named_with_its_remedy() -> None:
    assert check.python_line((3, 10)).startswith("✗ Python 3.10 is too old. The course needs 3.11")


@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        ("no-such-package>=1", "✗ no-such-package is missing: close JupyterLab and run: python3 start.py"),
        ("fastapi>=999", "does not match >=999: close JupyterLab and run: python3 start.py"),
    ],
)
def test_a_missing_or_old_package_is_named_with_its_remedy(requirement: str, line: str) -> None:
    assert line in next(check.package_lines([requirement]))


def test_a_requirement_for_another_system_is_left_out() -> None:
    assert list(check.package_lines(["no-such-package; sys_platform == 'beos'"])) == []


def test_a_server_without_echo_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "WebSocketRoute", lambda *route: None)
    monkeypatch.setattr(check, "Starlette", lambda routes: Starlette())

    assert check.echo_line().startswith("✗ no echo: The server refused Ana's handshake with HTTP 403.")
