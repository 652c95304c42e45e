"""The checklist says of each practice whether it was kept, and what was seen."""

from server_snippets.step_02_echo import app
from websocket_lab import BackgroundServer
from websocket_lab.experiments.best_practices import checklist, find_all


def good(server: BackgroundServer) -> str:
    """It answers: always.

    More about it.
    """
    return f"Port {server.port} answered."


def bad(server: BackgroundServer) -> str:
    """It never fails."""
    raise AssertionError("It failed <b>.")


def silent(server: BackgroundServer) -> str:
    raise KeyError


def test_each_practice_has_a_line_with_sign_and_word() -> None:
    server = BackgroundServer(app)
    lines = repr(checklist(find_all(server, [good, bad, silent]))).splitlines()

    assert lines[0] == "1 of 3 passed"
    assert lines[2].startswith("It answers: always.  ")
    assert "✓ passed  Port 0 answered." in lines[2]
    assert "✗ failed  It failed <b>." in lines[3]
    assert lines[4].startswith("silent ") and "✗ failed  KeyError" in lines[4]


def test_what_was_seen_is_escaped() -> None:
    assert "It failed &lt;b&gt;." in checklist(find_all(BackgroundServer(app), [bad]))._repr_html_()
