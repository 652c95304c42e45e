"""Keep the course true to itself: `python -m authoring sync | check | lock | pictures`.

    sync    write what is generated: server code in tagged cells, exercises, navigation, the README's tables,
            the format
    check   write nothing; say in a sentence each what `sync` would change and what breaks a rule; exit with 1
            if anything does
    lock    pin the dependencies again
    pictures
            take the README's pictures again, from a lesson that runs in JupyterLab; needs Chromium. `check`
            leaves them alone: pixels differ from machine to machine

Edit a lesson in JupyterLab, or as text:

    jupytext --to py:percent -o lesson.py notebooks/02_echo.ipynb
    jupytext --to ipynb --update -o notebooks/02_echo.ipynb lesson.py
    python -m authoring sync

Server code is edited in `server_snippets/`, never in a cell that is filled from there; an exercise is edited
in `solutions/`, between and around `### BEGIN SOLUTION` and `### END SOLUTION`.
"""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

from authoring.course import Course
from authoring.faults import Fault


ROOT = Path(__file__).resolve().parent.parent


def sync(root: Path) -> int:
    """Write what is generated; return 1 if something could not be."""
    course = Course.read(root)
    for path in course.write():
        print(f"Wrote {path.relative_to(root).as_posix()}")
    return _report(course.faults)


def check(root: Path) -> int:
    """Say everything that is wrong with the course; return 1 if anything is."""
    return _report(Course.read(root).all_faults())


def lock(upgrade: bool) -> int:
    """Pin the dependencies again, the newest ones if `upgrade`."""
    # Only this command needs what pins them.
    from authoring.lock import lock as pin

    pin(upgrade=upgrade)
    return 0


def pictures(root: Path) -> int:
    """Take the README's pictures again, where Chromium is installed."""
    # Only this command needs a browser.
    from authoring.pictures import take_pictures

    taken = take_pictures(root / "pictures")
    for path in taken:
        print(f"Wrote {path.relative_to(root).as_posix()}")
    if not taken:
        print("Chromium is not installed, so the README keeps the pictures that it has.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _options(arguments)
    if options.command == "lock":
        return lock(options.upgrade)
    return {"sync": sync, "check": check, "pictures": pictures}[options.command](options.root)


def _options(arguments: list[str] | None) -> Namespace:
    parser = ArgumentParser(
        "python -m authoring", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="sync | check | lock | pictures")
    for name in ("sync", "check", "pictures"):
        command = commands.add_parser(name)
        command.add_argument("--root", type=Path, default=ROOT, help="another copy of the course")
    commands.add_parser("lock").add_argument(
        "--upgrade", action="store_true", help="take the newest versions"
    )
    return parser.parse_args(arguments)


def _report(faults: list[Fault]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
