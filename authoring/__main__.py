"""Keep the course true to itself: `python -m authoring COMMAND`.

    sync      write what is generated: server code in tagged cells, exercises, navigation, remedies, minutes,
              the glossary, the README's table, the server's requirements, the format
    check     write nothing; say in a sentence each what `sync` would change and what breaks a rule; exit with
              1 if anything does. Warnings are about prose that reads like a translation, and do not count
    new       begin a lesson or an exercise with stubs that work: `new lesson 16_topic` or
              `new exercise 13_topic`
    lock      pin the dependencies again; say which pins have no wheel for Linux, macOS or Windows with one of
              the supported Pythons
    pictures  take the README's pictures again, from a lesson that runs in JupyterLab; needs Chromium. `check`
              leaves them alone: pixels differ from machine to machine
    site      build the course as a static website: `site OUT`. Notebooks run once; what they show is kept in
              .cache until they, or the code that they run, change
    versions  try some tests with each Python, with older packages, and in Notebook 7; `versions python` tries
              those whose name holds that word
    newest-python
              run the banks of right and wrong answers, and the lessons, on the newest Python at hand
    newest    try them with the newest of everything; say what has changed and what fails
    architecture
              follow one chat message through the server's functions, and list the modules with one importer
    boilerplate
              say how many words the notebooks have, and how many of them `sync` writes

Edit a lesson in JupyterLab, or as text:

    jupytext --to py:percent -o lesson.py notebooks/02_echo.ipynb
    jupytext --to ipynb --update -o notebooks/02_echo.ipynb lesson.py
    python -m authoring sync

Server code is edited in `server_snippets/`, never in a cell that is filled from there; an exercise is edited
in `solutions/`, between and around `### BEGIN SOLUTION` and `### END SOLUTION`.
"""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from pathlib import Path

from authoring.course import Course
from authoring.faults import Fault
from authoring.versions import try_newest, try_newest_python, try_versions


ROOT = Path(__file__).resolve().parent.parent


def sync(root: Path) -> int:
    """Write what is generated; return 1 if something could not be."""
    course = Course.read(root)
    for path in course.write():
        print(f"Wrote {path.relative_to(root).as_posix()}")
    return _report(course.faults)


def check(root: Path) -> int:
    """Say everything that is wrong with the course; return 1 if anything is."""
    course = Course.read(root)
    for warning in course.warnings():
        print(f"Warning: {warning}")
    return _report(course.all_faults())


def lock(upgrade: bool) -> int:
    """Pin the dependencies again, the newest ones if `upgrade`; return 1 if a pin lacks a wheel somewhere."""
    # Only this command needs what pins them.
    from authoring.lock import MACHINES
    from authoring.lock import lock as pin

    unbuilt = pin(upgrade=upgrade)
    print(*unbuilt or [f"Each pin has a wheel for all {len(MACHINES)} machines."], sep="\n")
    return int(bool(unbuilt))


def pictures(root: Path) -> int:
    """Take the README's pictures again, where Chromium is installed."""
    # Only this command needs a browser.
    from authoring.pictures import take_pictures

    taken = take_pictures(root / "docs" / "pictures")
    for path in taken:
        print(f"Wrote {path.relative_to(root).as_posix()}")
    if not taken:
        print("Chromium is not installed, so the README keeps the pictures that it has.")
    return 0


def architecture() -> int:
    """Print how the code fits together, in numbers."""
    # Only this command runs the finished server.
    from authoring.architecture import print_architecture

    return print_architecture()


def boilerplate(root: Path) -> int:
    """Print how much of the notebooks' text is generated."""
    # Only this command counts words.
    from authoring.boilerplate import print_boilerplate

    return print_boilerplate(root)


def site(root: Path, out: Path, wanted: list[str] | None) -> int:
    """Build the website; return 1 if a page has a fault."""
    # Only this command needs Sphinx.
    from authoring.site.build import build_site

    return build_site(root, out, wanted)


def new(kind: str, name: str, root: Path) -> int:
    """Begin a lesson or an exercise; return 1 if it cannot be begun."""
    # Only this command needs the templates.
    from authoring.new import begin

    try:
        written = begin(kind, name, root)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(*(f"Wrote {path.relative_to(root).as_posix()}" for path in written), sep="\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _options(arguments)
    return int(options.run(options))


def _options(arguments: list[str] | None) -> Namespace:
    parser = ArgumentParser(
        "python -m authoring", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_course_commands(commands)
    _add_package_commands(commands)
    commands.metavar = " | ".join(commands.choices)
    return parser.parse_args(arguments)


def _add_course_commands(commands: "_SubParsersAction[ArgumentParser]") -> None:
    runs = {
        "sync": lambda options: sync(options.root),
        "check": lambda options: check(options.root),
        "pictures": lambda options: pictures(options.root),
        "boilerplate": lambda options: boilerplate(options.root),
        "site": lambda options: site(options.root, options.out, options.run_only),
        "new": lambda options: new(options.kind, options.name, options.root),
    }
    for name, run in runs.items():
        command = commands.add_parser(name)
        command.add_argument("--root", type=Path, default=ROOT, help="another copy of the course")
        command.set_defaults(run=run)
    commands.choices["site"].add_argument("out", type=Path, help="the folder for the pages")
    commands.choices["site"].add_argument(
        "--run-only", nargs="*", metavar="NOTEBOOK", help="show the other notebooks without outputs"
    )
    commands.choices["new"].add_argument("kind", choices=["lesson", "exercise"])
    commands.choices["new"].add_argument("name", help="its number and topic, such as 16_topic")


def _add_package_commands(commands: "_SubParsersAction[ArgumentParser]") -> None:
    pins = commands.add_parser("lock")
    pins.add_argument("--upgrade", action="store_true", help="take the newest versions")
    pins.set_defaults(run=lambda options: lock(options.upgrade))
    versions = commands.add_parser("versions")
    versions.add_argument("wanted", nargs="?", default="", help="a word of the names of those to try")
    versions.set_defaults(run=lambda options: try_versions(options.wanted))
    commands.add_parser("newest-python").set_defaults(run=lambda _: try_newest_python())
    commands.add_parser("newest").set_defaults(run=lambda _: try_newest())
    commands.add_parser("architecture").set_defaults(run=lambda _: architecture())


def _report(faults: list[Fault]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
