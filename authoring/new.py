"""Begin a lesson or an exercise: `python -m authoring new lesson 16_topic`, `new exercise 13_topic`.

The stubs are the files in `templates/`. They work and keep every rule from the first minute on: change one
thing after the other, and run `python -m authoring check` and their tests in between.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from authoring.course import Course
from authoring.lesson import FILE_NAME, Lesson, lesson_paths
from authoring.notebook_format import as_text, normalise


TEMPLATES = Path(__file__).with_name("templates")
# Where each template goes; `$name` is 16_topic, `$slug` is topic.
PLACES = {
    "lesson": {
        "lesson.py": "notebooks/$name.ipynb",
        "wrong_guesses.toml": "websocket_lab/wrong_guesses/$name.toml",
        "step.py": "server_snippets/step_$name.py",
        "test_step.py": "tests/server_snippets/test_step_$name.py",
        "test_lesson.py": "tests/notebooks/test_$name.py",
    },
    "exercise": {
        "solution.py": "solutions/$name.ipynb",
        "check.py": "websocket_lab/exercises/$slug/check.py",
        "package.py": "websocket_lab/exercises/$slug/__init__.py",
        "test_check.py": "tests/websocket_lab/exercises/test_$slug.py",
    },
}


def begin(kind: str, name: str, root: Path) -> list[Path]:
    """Write the stubs of a `lesson` or an `exercise`, and what follows from them; return all files written.

    ValueError says why nothing was written.
    """
    words = _words(name, root)
    files = {
        root / Template(place).substitute(words): TEMPLATES / kind / f"{template}.txt"
        for template, place in PLACES[kind].items()
    }
    _must_be_free(kind, name, list(files), root)
    for path, template in files.items():
        text = Template(template.read_text(encoding="utf-8")).substitute(words)
        path.parent.mkdir(exist_ok=True)
        path.write_text(_notebook(text) if path.suffix == ".ipynb" else text, encoding="utf-8", newline="\n")
    return list(dict.fromkeys([*files, *Course.read(root).write()]))


def _words(name: str, root: Path) -> Mapping[str, str]:
    found = FILE_NAME.fullmatch(name)
    if not found or not re.fullmatch("[a-z][a-z0-9_]*", found[2]):
        raise ValueError(f"{name} is no name; write two digits and a topic, such as 16_topic.")

    number, slug = int(found[1]), found[2]
    lessons = [Lesson.read(path) for path in lesson_paths(root)]
    before = next((lesson for lesson in reversed(lessons) if lesson.number < number), None)
    # An exercise is called like its lesson, if it has one; else it follows all of them.
    taught = next((lesson for lesson in lessons if lesson.slug == slug), lessons[-1] if lessons else None)
    return {
        "name": name,
        "slug": slug,
        "number": str(number),
        "title": slug.replace("_", " ").capitalize(),
        "after": f", after [{before.name}]({before.path.name})" if before else "",
        "lesson": str(taught.number if taught else 0),
    }


def _must_be_free(kind: str, name: str, files: list[Path], root: Path) -> None:
    taken = [path for path in files if path.exists()]
    taken += [path for path in files[0].parent.glob(f"{name[:2]}_*.ipynb") if path not in taken]
    if taken:
        found = taken[0].relative_to(root).as_posix()
        raise ValueError(f"{found} is there; take another number or another topic for the {kind}.")


def _notebook(text: str) -> str:
    # Only this command reads notebooks that are written as text.
    import jupytext  # type: ignore[import-untyped]

    notebook = jupytext.reads(text, fmt="py:percent")
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
    normalise(notebook)
    return as_text(notebook)
