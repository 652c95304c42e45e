"""The packages that the finished server needs: those that it imports, as the course pins them."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from authoring.server_requirements import FILE, PACKAGES, server_requirements


ROOT = Path(__file__).parents[2]
# FastAPI, uvicorn and its extras bring them.
BROUGHT = {"starlette", "pydantic", "click", "httptools"}


def test_each_package_has_the_version_that_the_course_pins() -> None:
    text = server_requirements(ROOT)[ROOT / FILE]
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [re.sub(r"\[.*\]", "", line) for line in text.splitlines() if not line.startswith("#")]

    assert len(lines) == len(PACKAGES)
    assert all(f"\n{line} \\" in pins for line in lines)


def test_the_server_imports_these_packages_and_no_others() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / FILE).parent.rglob("*.py")]
    found = {name for text in sources for name in re.findall(r"^\s*(?:from|import) ([a-z]\w*)", text, re.M)}
    distributions = packages_distributions()
    packages = {distributions[name][0].lower() for name in found - sys.stdlib_module_names}

    assert {name.replace("_", "-") for name in packages} == PACKAGES | BROUGHT


def test_a_course_without_the_server_needs_none(tmp_path: Path) -> None:
    assert server_requirements(tmp_path) == {}
