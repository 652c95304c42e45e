"""`python -m websocket_lab check` reports on submissions, for people and for programs."""

import io
import json
from pathlib import Path

import nbformat
import pytest

from tests.websocket_lab.small_exercise import shouting_solution
from websocket_lab import __main__ as command
from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.grading.exercise_notebook import as_exercise
from websocket_lab.grading.headless_check import Report


OUTCOMES = {"ana": "passed", "ben": "failed", "eve": "hangs"}


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    """Let each notebook end as its name tells."""

    def check_notebook(path: Path, timeout: float) -> list[Report]:
        asked.append(timeout)
        return [
            Report(str(path), OUTCOMES[path.stem], "shouting", claim="Ana is answered.", message="One.\nTwo.")
        ]

    asked: list[float] = []
    monkeypatch.setattr(command, "check_notebook", check_notebook)
    return asked


@pytest.fixture
def folder(tmp_path):
    for name in (
        "class/ana.ipynb",
        "class/ben.ipynb",
        "class/.ipynb_checkpoints/ben.ipynb",
        "class/essay.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path / "class"


@pytest.mark.parametrize(("names", "code"), [(["ana"], 0), (["ben"], 1), (["ana", "eve"], 1)])
def test_the_exit_code_is_0_only_if_all_passed(names, code):
    assert command.main(["check", *[f"{name}.ipynb" for name in names]]) == code


def test_a_folder_is_all_its_notebooks(folder, capsys):
    command.main(["check", str(folder)])

    assert capsys.readouterr().out.splitlines() == [
        f"✓ {folder / 'ana.ipynb'} · shouting · passed · Ana is answered. (0 s)",
        f"✗ {folder / 'ben.ipynb'} · shouting · failed · Ana is answered. (0 s)",
        "    One.",
        "    Two.",
        "",
        "By pupil:",
        "✓ ana  1 of 1 passed",
        "✗ ben  0 of 1 passed · shouting: failed",
        "",
        "By exercise:",
        "✗ shouting  1 of 2 passed · failed: 1",
        "",
        "1 of 2 passed.",
    ]


def test_one_notebook_needs_no_summary(capsys):
    command.main(["check", "ana.ipynb"])

    assert "By pupil" not in capsys.readouterr().out


def test_an_ending_in_capitals_is_one_too(folder):
    (folder / "ana.ipynb").rename(folder / "ana.IPYNB")

    assert [path.name for path in command.submissions([folder])] == ["ana.IPYNB", "ben.ipynb"]


@pytest.fixture
def submitted(tmp_path, course):
    """A folder with an exercise as it comes, and with work in it under an old number."""
    folder = tmp_path / "ben"
    folder.mkdir()
    untouched = as_exercise(shouting_solution())
    nbformat.write(untouched, folder / "01_shouting.ipynb")
    untouched.cells[-1].source += "\n\n# Here is more.\nmore = 1"
    nbformat.write(untouched, folder / "07_shouting.ipynb")
    return folder


@pytest.fixture
def checked(monkeypatch):
    """The names of the notebooks that are checked."""

    def check_notebook(path, timeout):
        names.append(path.name)
        return [Report(str(path), "passed")]

    names = []
    monkeypatch.setattr(command, "check_notebook", check_notebook)
    return names


@pytest.mark.parametrize("asked", ["", "01_shouting.ipynb", "07_shouting.ipynb"])
def test_the_learners_work_wins_over_an_untouched_notebook(submitted, checked, capsys, asked):
    assert command.main(["check", str(submitted / asked)]) == 0

    assert checked == ["07_shouting.ipynb"]
    said = (
        f"{submitted / '01_shouting.ipynb'} is untouched. The work on that exercise is in "
        f"{submitted / '07_shouting.ipynb'}, which is checked instead.\n"
    )
    assert capsys.readouterr().out.startswith(said) == (asked != "07_shouting.ipynb")


def test_a_notebook_with_another_number_is_found_by_its_slug(submitted, checked, capsys):
    (submitted / "01_shouting.ipynb").unlink()
    command.main(["check", "--json", str(submitted / "01_shouting.ipynb")])

    assert checked == ["07_shouting.ipynb"]
    assert json.loads(capsys.readouterr().out)["notes"] == [
        f"{submitted / '01_shouting.ipynb'} does not exist. "
        f"{submitted / '07_shouting.ipynb'} holds the same exercise and is checked instead."
    ]


def test_two_notebooks_with_work_are_both_checked(submitted, checked):
    (submitted / "03_shouting.ipynb").write_text("{")
    command.main(["check", str(submitted)])

    assert sorted(checked) == ["03_shouting.ipynb", "07_shouting.ipynb"]


def test_a_notebook_that_is_nowhere_stays_what_was_asked_for(submitted, checked):
    command.main(["check", str(submitted / "07_whisper.ipynb")])

    assert checked == ["07_whisper.ipynb"]


def test_an_empty_folder_is_no_success(tmp_path, capsys):
    assert command.main(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "There are no notebooks.\n"


def test_programs_get_json_and_nothing_else(folder, capsys):
    command.main(["check", "--json", str(folder)])
    whole = json.loads(capsys.readouterr().out)

    assert (whole["total"], whole["passed"]) == (2, 1)
    assert [report["pupil"] for report in whole["reports"]] == ["ana", "ben"]
    assert (
        whole["reports"][1] | {"outcome": "failed", "passed": False, "claim": "Ana is answered."}
        == whole["reports"][1]
    )


def test_ctrl_c_tells_what_is_known_and_is_no_success(folder, capsys, monkeypatch):
    def interrupted(path, timeout):
        if path.stem == "ben":
            raise KeyboardInterrupt
        return [Report(str(path), "passed")]

    monkeypatch.setattr(command, "check_notebook", interrupted)

    assert command.main(["check", str(folder)]) == 1
    assert "1 of 1 passed." in capsys.readouterr().out


def test_the_time_limit_is_passed_on(runs):
    command.main(["check", "ana.ipynb"])
    command.main(["check", "--timeout", "7.5", "ana.ipynb"])

    assert runs == [120, 7.5]


def test_the_bar_is_on_the_error_output(folder, capsys):
    command.main(["check", str(folder)])

    assert capsys.readouterr().err == "1 of 2: ana.ipynb\n2 of 2: ben.ipynb\n"


def test_the_bar_shows_in_which_folder_a_notebook_is(folder, capsys):
    for name in OUTCOMES:
        (folder / name).mkdir()
    (folder / "ana.ipynb").rename(folder / "ana" / "ana.ipynb")
    command.main(["check", str(folder)])

    assert capsys.readouterr().err == "1 of 2: ana/ana.ipynb\n2 of 2: ben.ipynb\n"


def test_one_notebook_needs_no_bar(capsys):
    command.main(["check", "ana.ipynb"])

    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    """A terminal that keeps what is drawn on it."""

    def isatty(self) -> bool:
        """Say that somebody looks."""
        return True


def test_on_a_terminal_the_bar_grows_and_goes_away():
    terminal = Terminal()
    with ProgressBar(2, terminal) as bar:
        for name in ("ana", "ben"):
            bar.show(name)
            bar.advance()
    drawn = terminal.getvalue().split("\r\x1b[K")

    assert drawn[1:] == [f"{'░' * 24} 0 of 2  ana", f"{'█' * 12}{'░' * 12} 1 of 2  ben", ""]


def test_what_programs_get_is_ascii():
    # A terminal or a file in another encoding would hold an escape that JSON does not know.
    text = command.as_json([Report("ärger.ipynb", "failed", message="\U0001f600 \udcff")])

    assert text.isascii()
    assert json.loads(text)["reports"][0]["message"] == "\U0001f600 \udcff"
