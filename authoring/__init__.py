"""Tools for authors, not for learners: they keep lessons, server code and README in sync."""

import sys
from importlib.util import find_spec


ANOTHER_PYTHON = """\
This Python does not have what authors need ({}).
Set it up once: python3 start.py test --setup-only
Then write .venv/bin/python instead of python; on Windows, .venv\\Scripts\\python."""

if missing := [name for name in ("nbformat", "markdown_it", "jupytext") if not find_spec(name)]:
    sys.exit(ANOTHER_PYTHON.format(", ".join(missing)))
