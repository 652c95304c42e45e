"""What a class has handed in, summed up: a line for each pupil, and one for each exercise."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from websocket_lab.grading.exercise_notebook import exercise_ids, slug
from websocket_lab.grading.headless_check import Report


UNKNOWN = "unknown exercise"
Groups = dict[str, list[Report]]


def within(notebook: Path, asked: Sequence[Path]) -> Path:
    """Return the path of a notebook inside the folder that is checked, or as it was asked for."""
    folders = [folder for folder in asked if folder.is_dir() and notebook.is_relative_to(folder)]
    return notebook.relative_to(folders[0]) if folders else notebook


def pupil(notebook: Path, asked: Sequence[Path]) -> str:
    """Return whose notebook it is: the name of the pupil's folder, or the file's name where there is none.

    Args:
        notebook: A submission.
        asked: The folders and files that are checked. A folder named after an exercise is not a pupil's.
    """
    if notebook in asked:
        return str(notebook.with_suffix(""))
    place = within(notebook, asked)
    return next((name for name in place.parts[:-1] if not _is_exercise(name)), place.stem)


def summary(found: Sequence[Report], asked: Sequence[Path]) -> list[str]:
    """Return a line for each pupil and for each exercise; none if there is one report only."""
    if len(found) < 2:
        return []

    pupils = _grouped(found, lambda report: pupil(Path(report.path), asked))
    known = _grouped(found, _exercise)
    exercises = {name: known[name] for name in [*exercise_ids(), *known] if name in known}
    return ["By pupil:", *_lines(pupils, _what_is_open), "", "By exercise:", *_lines(exercises, _outcomes)]


def _is_exercise(folder: str) -> bool:
    return (slug(folder) or folder) in exercise_ids()


def _exercise(report: Report) -> str:
    return report.exercise or UNKNOWN


def _grouped(found: Sequence[Report], key: Callable[[Report], str]) -> Groups:
    groups: defaultdict[str, list[Report]] = defaultdict(list)
    for report in found:
        groups[key(report)].append(report)
    return dict(groups)


def _lines(groups: Groups, details: Callable[[list[Report]], Iterable[str]]) -> list[str]:
    width = max(map(len, groups))
    lines = []
    for name, reports in groups.items():
        passed = [report for report in reports if report.passed]
        sign = "✓" if len(passed) == len(reports) else "✗"
        counted = f"{len(passed)} of {len(reports)} passed"
        lines.append(f"{sign} {name:<{width}}  {' · '.join([counted, *details(reports)])}")
    return lines


def _what_is_open(reports: list[Report]) -> Iterable[str]:
    return [f"{_exercise(report)}: {report.outcome}" for report in reports if not report.passed]


def _outcomes(reports: list[Report]) -> Iterable[str]:
    counted = Counter(report.outcome for report in reports if not report.passed)
    return [f"{outcome}: {count}" for outcome, count in counted.items()]
