"""WebSocket Lab: set up the course once, then open it.

python3 start.py                 set up if needed, then open the first notebook in JupyterLab
python3 start.py test            set up what the tests need too, then run them all
python3 start.py --setup-only    set up and stop

Further arguments go to JupyterLab (--no-browser, --port 9999) or pytest (-k echo).

Everything is installed into the folder .venv beside this file; nothing else on your machine changes.
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path


# The versions of Python 3 with which the course was tried.
TRIED = (11, 12, 13, 14, 15)


def runs(*command: str) -> bool:
    """Tell whether a command is there and works: a shim of pyenv is there for Pythons that are not."""
    nowhere = subprocess.DEVNULL
    return bool(shutil.which(command[0])) and subprocess.call(command, stdout=nowhere, stderr=nowhere) == 0


def old_python_advice(major: int, minor: int) -> str:
    """Say which Python to use instead of this too old one: the newest that is found, or one to install."""
    newest = f"python3.{TRIED[-1]}"
    advice = f"Install Python 3.{TRIED[-1]} from https://www.python.org/downloads/ and run: {newest} start.py"
    for tried in TRIED:
        for command in (f"py -3.{tried}", f"python3.{tried}"):
            if runs(*command.split(), "-c", ""):
                advice = f"You have a newer one. Run: {command} start.py"
    return f"WebSocket Lab needs Python 3.11 or newer; this is Python {major}.{minor}. {advice}"


def new_python_note(major: int, minor: int) -> str:
    """Say that a Python is newer than any with which the course was tried; nothing if it is not."""
    if (major, minor) <= (3, TRIED[-1]):
        return ""
    return (
        f"Python {major}.{minor} is newer than 3.{TRIED[-1]}, the newest with which the course was tried.\n"
    )


# What is above runs, and what is below at least parses, on Python 3.6.
if sys.version_info < (3, 11):
    sys.exit(old_python_advice(sys.version_info[0], sys.version_info[1]))

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SITE_PACKAGES = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV), "installed_base": str(VENV)}))
# Present while packages are being installed: a set-up that finds it cannot trust what is there.
UNFINISHED = VENV / "set-up-unfinished"
# The files that decide what is installed, as patterns; the first of each part holds its pinned packages.
SOURCES = {
    "course": ["requirements.txt", "pyproject.toml", "jupyter_settings/*"],
    "tests": ["tests/requirements.txt"],
}
OFFLINE = "timed out|getaddrinfo|ProxyError|SSLError|Connect\\w*(Error|Timeout)|DO NOT MATCH THE HASHES"
# What pip or venv print when they fail, and what to do about it; the first match counts.
REMEDIES = {
    "No space left": "The disk is full, and the course needs 1 GB. Make room",
    OFFLINE: "The packages could not be downloaded whole. Check your network (and proxy)",
    "denied|Read-only": "A file could not be written. Close JupyterLab, check whose this folder is",
    "ensurepip": "This Python comes without venv. Install that part (sudo apt install python{}.{}-venv)",
    "No matching dist|subprocess-exited": "A package is not made for Python {}.{} here. Use 3.11 to 3.15",
    "": "Fix what is named above",
}


def fail(output: list[str]) -> None:
    """End with the last lines that pip or venv printed and a sentence that tells what to do."""
    cause = next(cause for cause in REMEDIES if re.search(cause, "".join(output)))
    if shutil.disk_usage(HERE).free < 100_000_000:
        cause = "No space left"
    remedy = REMEDIES[cause].format(*sys.version_info)
    last_lines = "\n".join(line[:200].rstrip() for line in output[-8:])
    sys.exit(f"\n{last_lines}\n\nThe set-up stopped. {remedy}, then run this command again.")


def show(stage: str, count: int, total: int, package: str) -> None:
    """Count packages in a line that is updated in place on a terminal, and now and then elsewhere."""
    line = f"{stage:10} [{count:3}/{total}] {package}"
    if sys.stdout.isatty():
        width = min(76, shutil.get_terminal_size().columns - 1)
        print("\r" + line[:width].ljust(width), end="" if count < total else "\n", flush=True)
    elif count % 25 == 0 or count == total:
        print(line, flush=True)


def package_in(line: str) -> str:
    """Return the package that a line of pip's or uv's output begins to fetch, or nothing."""
    pip_says = r"(?:Collecting|Requirement already \w+:|Processing .*[/\\]) *([\w.-]+?)[=-]+\d"
    # uv names the large ones only.
    found = re.match(pip_says, line) or re.match(r"Downloading ([\w.-]+) \(", line)
    return found[1] if found else ""


def follow_installing(pip: "subprocess.Popen[str]", packages: list[str]) -> None:
    """Show how many packages are in .venv until pip, which prints nothing meanwhile, is done."""
    total, before, last = len(packages), len(list(SITE_PACKAGES.glob("*.dist-info"))), -1
    while pip.poll() is None:
        count = len(list(SITE_PACKAGES.glob("*.dist-info"))) - before
        if last < count < total:
            show("Installing", count, total, packages[count])
            last = count
        with contextlib.suppress(subprocess.TimeoutExpired):
            pip.wait(timeout=0.2)
    if pip.returncode == 0:
        show("Installing", total, total, "")


def follow(pip: "subprocess.Popen[str]", total: int) -> list[str]:
    """Show which of `total` packages pip or uv deals with until it ends; return the lines it printed."""
    output, count = [], 0
    for line in pip.stdout or ():
        output.append(line)
        total -= line.startswith("Ignoring ")
        if package_in(line):
            count += 1
            show("Fetching", count, total, package_in(line))
        if line.startswith("Installing collected packages: "):
            follow_installing(pip, line.split(": ")[1].strip().split(", "))
        if total and line.startswith("Installed "):
            show("Installing", total, total, "")
    return output


def attempt(*command: str | Path, total: int = 0) -> list[str]:
    """Run venv, pip or uv, showing how far it is; return what it printed if it failed, else nothing."""
    out, to_out = subprocess.PIPE, subprocess.STDOUT
    # uv takes settings from the folder in which it runs.
    with subprocess.Popen(
        command, stdout=out, stderr=to_out, cwd=HERE, encoding="utf-8", errors="replace"
    ) as program:
        output = follow(program, total)
    return (output or ["It did not say why.\n"]) if program.returncode else []


def call(*command: str | Path, total: int = 0) -> None:
    """Run venv or pip, showing how far it is; end with what to do when it fails."""
    output = attempt(*command, total=total)
    if output:
        fail(output)


def install_packages(*options: str | Path, total: int = 0) -> None:
    """Install into .venv with uv, which takes seconds, where it is on the path; otherwise with pip."""
    if runs("uv", "--version"):
        if not attempt("uv", "pip", "install", "--python", PYTHON, "--no-deps", *options, total=total):
            return
        print("uv could not install the packages, so pip does it.", flush=True)
    pip = ["-X", "utf8", "-u", "-m", "pip", "install", "--no-deps", "--progress-bar=off", "--retries=2"]
    call(PYTHON, *pip, *options, total=total)


def fingerprint(part: str) -> str:
    """Return a hash of all that decides what is installed: the files, this Python, this place."""
    digest = hashlib.sha256(f"{sys.version}{HERE}".encode())
    for path in sorted(path for pattern in SOURCES[part] for path in HERE.glob(pattern) if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(part: str) -> None:
    """Install a part, and remember it once it is complete."""
    UNFINISHED.touch()
    requirements = HERE / SOURCES[part][0]
    pins = re.findall(r"^[\w.-]+==", requirements.read_text(encoding="utf-8"), flags=re.MULTILINE)
    # pip compiles by itself. uv has to be told, and else the first start would do it.
    install_packages("--compile", "--require-hashes", "--requirement", requirements, total=len(pins))
    if part == "course":
        install_packages("--no-build-isolation", "--no-index", "--editable", HERE)
    (VENV / f"{part}.stamp").write_text(fingerprint(part))
    UNFINISHED.unlink()


def set_up(*parts: str) -> None:
    """Install what is missing; do nothing when all is as it should be."""
    # pip writes its RECORD last: without one, making .venv was interrupted.
    if UNFINISHED.exists() or not PYTHON.exists() or not any(SITE_PACKAGES.glob("pip-*/RECORD")):
        print("Setting up the course in the folder .venv: once, a minute or two.", flush=True)
        print(new_python_note(*sys.version_info[:2]), end="", flush=True)
        call(sys.executable, "-m", "venv", "--clear", VENV)
    for part in parts:
        stamp = VENV / f"{part}.stamp"
        if not stamp.exists() or stamp.read_text() != fingerprint(part):
            install(part)


def run(module: str, *arguments: str) -> int:
    """Run a module in .venv, in this folder, with .venv's programs within reach; return its exit code."""
    command = [str(PYTHON), "-m", module, *arguments]
    os.environ["PATH"] = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", os.defpath)])
    os.chdir(HERE)
    if os.name == "posix":
        os.execv(PYTHON, command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command)


def open_lab(arguments: list[str]) -> int:
    """Open JupyterLab with this folder as its root; Ctrl-C stops it without a question."""
    print("JupyterLab opens in your browser, or at the address below. Press Ctrl-C to stop it.", flush=True)
    quiet = ["-y", "--LabApp.log_level=ERROR", "--ServerApp.log_level=ERROR"]
    here = [f"--ServerApp.root_dir={HERE}", "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"]
    # In a container everyone is root: --allow-root tells Jupyter that this is meant.
    return run("jupyterlab", *quiet, *here, "--allow-root", *arguments)


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; return the exit code."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    testing = arguments[:1] == ["test"]
    set_up("course", *["tests"] * testing)
    if "--setup-only" in arguments:
        print("Everything is set up.")
        return 0
    if not testing:
        return open_lab(arguments)
    # Where nothing is kept, each process compiles all modules anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return run("pytest", "-n6", "--dist=loadfile", *arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run this command again to go on.")
    except OSError as error:
        fail([f"{error}\n"])
