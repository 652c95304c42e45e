"""Build the site: run the notebooks, write the pages' sources, let Sphinx make HTML of them."""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from authoring.exercise import solution_paths
from authoring.lesson import lesson_paths
from authoring.site.execution import execute
from authoring.site.pages import Pages


HERE = Path(__file__).parent
DARK = re.compile(r'^\[data-jp-theme-light="false"\] (\.wsl \{.*?^\})', re.DOTALL | re.MULTILINE)


def build_site(root: Path, out: Path, wanted: Sequence[str] | None = None) -> int:
    """Build the site into the folder `out`; return 1 if a page has a fault, such as a dead link.

    Args:
        root: The course.
        out: Where the pages go.
        wanted: The names of the notebooks that are run, such as `02_echo`; all, if left out. The others are
            shown without outputs.
    """
    # Only this command needs Sphinx.
    from sphinx.cmd.build import main as sphinx

    cache = root / ".cache" / "site"
    notebooks = [*lesson_paths(root), *solution_paths(root)]
    chosen = [path for path in notebooks if wanted is None or path.stem in wanted]
    with TemporaryDirectory() as folder:
        sources, look = Path(folder) / "sources", Path(folder) / "look"
        Pages(root, sources, cache, execute(chosen, root, cache)).write()
        look.mkdir()
        (look / "course.css").write_text(course_stylesheet(root), encoding="utf-8")
        static = f"html_static_path={HERE / 'static'},{look}"
        options = ["-q", "-W", "--keep-going", "-c", str(HERE), "-d", f"{folder}/doctrees", "-D", static]
        return int(sphinx([*options, "-b", "html", str(sources), str(out)]))


def course_stylesheet(root: Path) -> str:
    """Return the look of all instruments, which follows the site's light or dark theme."""
    files = sorted((root / "websocket_lab").rglob("*.css"), key=lambda file: (file.name != "look.css", file))
    css = "\n".join(file.read_text(encoding="utf-8") for file in files)
    dark = "\n".join(DARK.findall(css))
    return (
        f'{css}\nbody[data-theme="dark"] {{ {dark} }}\n'
        f'@media (prefers-color-scheme: dark) {{ body:not([data-theme="light"]) {{ {dark} }} }}\n'
    )
