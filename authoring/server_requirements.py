"""What the finished server needs where its folder is copied to: `server_snippets/server/requirements.txt`."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


FILE = Path("server_snippets") / "server" / "requirements.txt"
HEAD = "# What this folder needs, in the versions of its tests. Written by `python -m authoring sync`.\n"
# Those of the course's dependencies that the server imports.
PACKAGES = {"fastapi", "prometheus-client", "python-json-logger", "redis", "uvicorn", "websockets"}


def server_requirements(root: Path) -> dict[Path, str]:
    """Return the file's text, from pyproject.toml's list and the versions that requirements.txt pins."""
    if not (root / FILE).parent.exists():
        return {}

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (root / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^(\S+)==(\S+)", pinned, re.MULTILINE)
    versions = {canonicalize_name(name): version for name, version in pins}
    needed = [each for each in map(Requirement, project["dependencies"]) if each.name in PACKAGES]
    lines = [f"{_with_extras(each)}=={versions[canonicalize_name(each.name)]}\n" for each in needed]
    return {root / FILE: HEAD + "".join(sorted(lines))}


def _with_extras(requirement: Requirement) -> str:
    extras = ",".join(sorted(requirement.extras))
    return f"{requirement.name}[{extras}]" if extras else requirement.name
