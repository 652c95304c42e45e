"""`start.py` sets up once, says what is wrong in a sentence, and opens the course."""

import ast
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import uv

from authoring.lock import PYTHONS


START = Path(__file__).resolve().parent.parent / "start.py"
BACKEND = """\
import shutil


def build_editable(directory, config_settings=None, metadata_directory=None):
    return shutil.copy("wheels/lab-1.0-py3-none-any.whl", directory).split("/")[-1]
"""
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
TELLS_ARGUMENTS = """\
import os
import sys

print("first in PATH:", os.environ["PATH"].split(os.pathsep)[0])
print("keeps bytecode:", not sys.dont_write_bytecode)
print("ran with", *sys.argv[1:])
sys.exit(3)
"""


def write_wheel(folder: Path, name: str, main: str) -> str:
    """Make a package that runs `main`; return the line that pins it."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__main__.py", main)
        wheel.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def old_pythons() -> list[str]:
    """Find the Pythons before 3.11 that this machine has."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    installed = [str(python) for python in pyenv.glob("3.*/bin/python")]
    found = [*installed, *filter(None, (shutil.which(f"python3.{minor}") for minor in range(6, 11)))]
    asked = [
        [python, "-c", "import sys; sys.exit(not (3, 6) <= sys.version_info < (3, 11))"] for python in found
    ]
    return [command[0] for command in asked if subprocess.call(command, stderr=subprocess.DEVNULL) == 0]


@pytest.fixture(scope="module")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `start.py` and tiny packages, under a name with a space and an accent."""
    folder = tmp_path_factory.mktemp("a é") / "the course"
    (folder / "tests").mkdir(parents=True)
    wheels = folder / "wheels"
    wheels.mkdir()
    shutil.copy(START, folder)
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    write_wheel(wheels, "lab", "")
    (folder / "requirements.txt").write_text(write_wheel(wheels, "jupyterlab", TELLS_ARGUMENTS))
    (folder / "tests" / "requirements.txt").write_text(write_wheel(wheels, "pytest", TELLS_ARGUMENTS))
    return folder


def start(folder: Path, *arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the folder's `start.py` from another folder, with these programs and no way to a package index."""
    wheels = (folder / "wheels").as_uri()
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels}
    environment = os.environ | pip | {"UV_OFFLINE": "1", "UV_FIND_LINKS": wheels, "PATH": path}
    command = [sys.executable, folder / "start.py", *arguments]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    """Return `start.py` as a module that would set up in an empty folder."""
    shutil.copy(START, tmp_path)
    (tmp_path / "tests").mkdir()
    for name in ("requirements.txt", "pyproject.toml", "tests/requirements.txt"):
        (tmp_path / name).write_text("")
    spec = importlib.util.spec_from_file_location("start_in_a_folder", tmp_path / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def calls(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what set-up would call, and leave the files that a real call leaves."""
    record: list[str] = []

    def attempt(*command: object, total: int = 0) -> list[str]:
        words = [str(word) for word in command]
        record.append("venv" if "venv" in words else "editable" if "--editable" in words else "pins")
        if "venv" in words:
            make_empty_venv(module)
        return []

    monkeypatch.setattr(module, "attempt", attempt)
    return record


def make_empty_venv(module: ModuleType) -> None:
    """Do what `python -m venv --clear` does, as far as set-up looks."""
    shutil.rmtree(module.VENV, ignore_errors=True)
    for path in (module.PYTHON, module.SITE_PACKAGES / "pip-1.dist-info" / "RECORD"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_every_python_from_3_6_on_can_read_it() -> None:
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_to_use() -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("There is no Python before 3.11 on this machine.")
    for python in pythons:
        answer = subprocess.run([python, START], stderr=subprocess.PIPE, text=True)
        assert answer.returncode == 1
        sentence = (
            r"WebSocket Lab needs Python 3.11 or newer; this is Python 3.\d+. .*(Install|Run:).* start.py\n"
        )
        assert re.fullmatch(sentence, answer.stderr)


def test_the_newest_python_that_works_is_offered(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    there = ["python3.11", "python3.13", "python3.16"]
    monkeypatch.setattr(module, "runs", lambda *command: command[0] in there)

    assert module.old_python_advice(3, 10).endswith("Run: python3.13 start.py")


def test_a_launcher_of_windows_is_offered_too(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "runs", lambda *command: command[:2] == ("py", "-3.14"))

    assert module.old_python_advice(3, 10).endswith("Run: py -3.14 start.py")


def test_a_shim_without_its_python_does_not_run(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3.15").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.15").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not module.runs("python3.15", "-c", "")


def test_a_python_newer_than_any_that_was_tried_is_told_in_a_sentence(module: ModuleType) -> None:
    assert re.fullmatch(r"Python 3\.16 is newer than 3\.15, [^.]+\.\n", module.new_python_note(3, 16))
    assert module.new_python_note(3, 15) == ""


def test_start_py_and_the_pins_know_the_same_pythons(module: ModuleType) -> None:
    assert tuple(f"3.{minor}" for minor in module.TRIED) == PYTHONS


def test_the_first_set_up_installs_everything(module: ModuleType, calls: list[str]) -> None:
    module.set_up("course", "tests")
    assert calls == ["venv", "pins", "editable", "pins"]


def test_a_second_set_up_does_nothing(module: ModuleType, calls: list[str]) -> None:
    module.set_up("course")
    calls.clear()
    module.set_up("course")
    assert calls == []


def test_tests_can_be_set_up_later(module: ModuleType, calls: list[str]) -> None:
    module.set_up("course")
    calls.clear()
    module.set_up("course", "tests")
    assert calls == ["pins"]


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_file_is_installed_again(module: ModuleType, calls: list[str], name: str) -> None:
    module.set_up("course")
    calls.clear()
    (module.HERE / name).write_text("# changed")
    module.set_up("course")
    assert calls == ["pins", "editable"]


def test_an_interrupted_installation_starts_afresh(module: ModuleType, calls: list[str]) -> None:
    module.set_up("course")
    calls.clear()
    module.UNFINISHED.touch()
    module.set_up("course")
    assert calls == ["venv", "pins", "editable"]


def test_a_half_made_venv_is_made_again(module: ModuleType, calls: list[str]) -> None:
    module.PYTHON.parent.mkdir(parents=True)
    module.PYTHON.touch()
    module.set_up("course")
    assert calls == ["venv", "pins", "editable"]


def test_a_failed_installation_is_not_taken_for_a_whole_one(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_empty_venv(module)
    monkeypatch.setattr(module, "attempt", lambda *command, total=0: ["ERROR: No space left on device\n"])
    with pytest.raises(SystemExit, match="disk is full"):
        module.set_up("course")
    assert module.UNFINISHED.exists()


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("Collecting annotated-doc==0.0.7 (from -r requirements.txt (line 3))", "annotated-doc"),
        ("Processing /some where/argon2_cffi-25.1.0-py3-none-any.whl (from -r x)", "argon2_cffi"),
        (r"Processing c:\wheels\six-1.17.0-py2.py3-none-any.whl", "six"),
        ("Requirement already satisfied: jaraco.text==4.0 in ./.venv", "jaraco.text"),
        ("  Downloading annotated_doc-0.0.7-py3-none-any.whl (5.3 kB)", ""),
        ("Downloading jupyter-server (7.2MiB)", "jupyter-server"),
        (" Downloaded jupyter-server", ""),
        ("Installing collected packages: six", ""),
    ],
)
def test_progress_knows_the_package_in_a_line_of_pip(module: ModuleType, line: str, package: str) -> None:
    assert module.package_in(line) == package


def test_progress_counts_only_what_this_machine_needs(
    module: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["Ignoring appnope: markers do not match", "Collecting six==1.17.0", "Collecting idna==3.10"]
    with subprocess.Popen(
        [sys.executable, "-c", f"print({chr(10).join(lines)!r})"], stdout=-1, text=True
    ) as pip:
        module.follow(pip, total=3)
    assert capsys.readouterr().out == "Fetching   [  2/2] idna\n"


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "Make room, then run this command again."),
        ("Failed to establish a new connection: [Errno -3] NewConnectionError", "Check your network"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "check whose this folder is"),
        ("/usr/bin/python3: No module named ensurepip", "sudo apt install python3."),
        ("ERROR: No matching distribution found for six==99", "Use 3.11 to 3.15"),
        ("something nobody foresaw", "Fix what is named above"),
    ],
)
def test_a_failure_says_what_to_do(module: ModuleType, line: str, advice: str) -> None:
    with pytest.raises(SystemExit) as stop:
        module.fail([line + "\n"])
    assert line in str(stop.value)
    assert advice in str(stop.value)


def test_help_shows_every_command(small_course: Path) -> None:
    assert "start.py test" in start(small_course, "--help").stdout
    assert not (small_course / ".venv").exists()


def test_lab_gets_the_root_and_the_arguments(small_course: Path) -> None:
    answer = start(small_course, "--no-browser", "--port=9")
    root = f"--ServerApp.root_dir={small_course.resolve()}"
    first_page = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    assert f"{root} {first_page} --allow-root --no-browser --port=9\n" in answer.stdout
    assert answer.returncode == 3


def test_a_terminal_in_jupyterlab_finds_the_courses_programs_first(small_course: Path) -> None:
    first = start(small_course).stdout.partition("first in PATH: ")[2].splitlines()[0]
    assert Path(first).parent == small_course.resolve() / ".venv"


def test_pytest_gets_the_arguments_and_its_exit_code_is_passed_on(small_course: Path) -> None:
    answer = start(small_course, "test", "-k", "echo")
    assert answer.stdout.endswith("ran with -n6 --dist=loadfile -k echo\n")
    assert answer.returncode == 3


def test_the_tests_keep_their_bytecode_whatever_the_environment_says(
    small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "keeps bytecode: True\n" in start(small_course, "test").stdout


def test_uv_installs_where_it_is_on_the_path(small_course: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_course, tmp_path / "with uv", ignore=shutil.ignore_patterns(".venv"))
    answer = start(folder, path=str(Path(uv.find_uv_bin()).parent))

    installers = [file.read_text().strip() for file in folder.rglob("jupyterlab-1.0.dist-info/INSTALLER")]
    assert installers == ["uv"]
    assert "Installing [  1/1]" in answer.stdout
    assert answer.returncode == 3


def test_pip_installs_what_uv_cannot(small_course: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_course, tmp_path / "no uv", ignore=shutil.ignore_patterns(".venv"))
    broken = tmp_path / "uv"
    broken.write_text('#!/bin/sh\n[ "$1" = --version ]\n')
    broken.chmod(0o755)
    answer = start(folder, "--setup-only", path=str(tmp_path))

    installers = [file.read_text().strip() for file in folder.rglob("jupyterlab-1.0.dist-info/INSTALLER")]
    assert installers == ["pip"]
    assert "uv could not install the packages, so pip does it.\n" in answer.stdout


def test_uv_refuses_a_package_with_another_hash(small_course: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_course, tmp_path / "forged", ignore=shutil.ignore_patterns(".venv"))
    (folder / "requirements.txt").write_text("jupyterlab==1.0 --hash=sha256:" + "0" * 64)
    answer = start(folder, path=str(Path(uv.find_uv_bin()).parent))

    assert answer.returncode == 1
    assert not list(folder.rglob("jupyterlab-1.0.dist-info"))


def test_an_interrupted_set_up_is_finished_by_the_next_call(small_course: Path) -> None:
    assert start(small_course, "--setup-only").returncode == 0
    (small_course / ".venv" / "set-up-unfinished").touch()
    for lost in (small_course / ".venv").rglob("jupyterlab/__main__.py"):
        lost.unlink()
    assert start(small_course).stdout.count("ran with") == 1


def test_a_package_that_cannot_be_had_ends_in_a_sentence(small_course: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_course, tmp_path / "other", ignore=shutil.ignore_patterns(".venv"))
    (folder / "requirements.txt").write_text("nowhere==1.0 --hash=sha256:" + "0" * 64)
    answer = start(folder)
    assert answer.returncode == 1
    assert "The set-up stopped. A package is not made for Python 3." in answer.stderr
