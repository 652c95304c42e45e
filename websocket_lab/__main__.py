"""Check exercises without a person: `python -m websocket_lab check PATH…`.

Each PATH is a notebook, or a folder with notebooks. A submission passes if its last `check(…)` does. It is a
program: it runs as you, and can do what you can do. The check finds mistakes, not cheats.
"""

import json
import logging
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from pathlib import Path

from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.grading.class_summary import pupil, summary, within
from websocket_lab.grading.headless_check import Report, check_notebook
from websocket_lab.grading.learner_notebook import notebook_with_work


def main(arguments: list[str] | None = None) -> int:
    """Check the submissions; return 0 if all passed, else 1."""
    options = _options(arguments)
    paths, notes = with_work(submissions(options.paths))
    found: list[Report] = []
    try:
        check_each(paths, options.timeout, found, options.paths)
    except KeyboardInterrupt:
        print("Stopped. This is what was found so far:", file=sys.stderr)

    print((as_json if options.json else as_text)(found, options.paths, notes))
    return 0 if len(found) >= len(paths) > 0 and all(report.passed for report in found) else 1


def check_each(paths: list[Path], timeout: float, found: list[Report], asked: Sequence[Path]) -> None:
    """Check one notebook after the other, with a bar; add to `found` as soon as something is."""
    with ProgressBar(len(paths)) as bar:
        for path in paths:
            bar.show(str(within(path, asked)))
            found += check_notebook(path, timeout)
            bar.advance()


def submissions(paths: Iterable[Path]) -> list[Path]:
    """Return the notebooks themselves, and those in the folders."""
    return [found for path in paths for found in (_submissions_in(path) if path.is_dir() else [path])]


def _submissions_in(folder: Path) -> list[Path]:
    # Some programs write the ending in capitals.
    found = [path for path in folder.rglob("*") if path.suffix.lower() == ".ipynb"]
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def with_work(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Return which notebooks to check, and in words which of them replace another.

    A learner's notebook may have the number that its exercise had in an earlier version of the course, beside
    an untouched one of today's number.
    """
    chosen = {path: notebook_with_work(path) for path in paths}
    notes = [_replaced(path, found) for path, found in chosen.items() if path != found]
    return list(dict.fromkeys(chosen.values())), notes


def _replaced(path: Path, found: Path) -> str:
    if path.exists():
        return f"{path} is untouched. The work on that exercise is in {found}, which is checked instead."
    return f"{path} does not exist. {found} holds the same exercise and is checked instead."


def as_text(found: list[Report], asked: Sequence[Path] = (), notes: Sequence[str] = ()) -> str:
    """Return the reports for people, below what there is to note and above what they add up to."""
    if not found:
        return "There are no notebooks."

    lines = [*notes, *(line for report in found for line in _lines(report))]
    if whole := summary(found, asked):
        lines += ["", *whole]
    return "\n".join([*lines, "", f"{sum(report.passed for report in found)} of {len(found)} passed."])


def as_json(found: list[Report], asked: Sequence[Path] = (), notes: Sequence[str] = ()) -> str:
    """Return the reports for programs."""
    passed = sum(report.passed for report in found)
    reports = [report.data | {"pupil": pupil(Path(report.path), asked)} for report in found]
    whole = {"total": len(found), "passed": passed, "reports": reports, "notes": list(notes)}
    # In ASCII, which every pipe and every file can hold.
    return json.dumps(whole, indent=2)


def _lines(report: Report) -> list[str]:
    sign = "✓" if report.passed else "✗"
    about = " · ".join(filter(None, [report.exercise, report.outcome, report.claim]))
    head = f"{sign} {report.path} · {about} ({report.seconds:g} s)"
    return [head] if report.passed else [head, *[f"    {line}" for line in report.message.splitlines()]]


def _options(arguments: list[str] | None) -> Namespace:
    parser = ArgumentParser(
        "python -m websocket_lab", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    command = parser.add_subparsers(required=True, metavar="check").add_parser(
        "check", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a notebook, or a folder")
    command.add_argument(
        "--timeout", type=float, default=120, metavar="SECONDS", help="how long each may run (120)"
    )
    command.add_argument("--json", action="store_true", help="report for programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # A kernel that is ended leaves tasks of nbclient behind, and asyncio would complain of each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # A name, or a message, may have what the terminal cannot show.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
