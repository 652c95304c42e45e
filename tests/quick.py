"""Which tests are quick: they need no browser, Redis, nginx or npm, and together they take a minute."""

from pathlib import Path

import pytest


# A browser, a kernel, a server in a process of its own, much waiting or computing: parts of tests' names.
SLOW = (
    "tests/benchmarks/",
    "tests/docs/",
    "tests/exercises/",
    "tests/notebooks/",
    "tests/server_snippets/server/static/",
    "test_taking_the_server_along.py",
    "tests/websocket_lab/exercises/",
    "tests/websocket_lab/your_turns/",
    "_in_jupyterlab.py",
    "test_away.py",
    "test_command_line.py",
    "test_connection_log.py",
    "test_crowd.py",
    "test_drain_workers.py",
    "test_draining.py",
    "test_ended_connections.py",
    "test_fan_out_model.py",
    "test_first_impression.py",
    "test_headless_check.py",
    "test_http_protocol.py",
    "test_kernels.py",
    "test_log_format.py",
    "test_look.py",
    "test_metrics.py",
    "test_outages.py",
    "test_best_practices.py",
    "test_progress_database.py",
    "test_real_clients.py",
    "test_redis_",
    "tests/authoring/test_site.py",
    "test_scale_out.py",
    "test_serve.py",
    "test_stall_watch.py",
    "test_start.py",
    "test_step_06_authentication.py",
    "test_step_06_refusals.py",
    "test_step_06_token_carriers.py",
    "test_step_13_",
    "test_style.py::test_types_are_right",
    "test_subshell_widget.py",
    "test_workers.py",
    "test_wss.py",
)
# Fixtures that start one of those.
NEEDS = {"lab", "jupyterlab_server", "redis_server"}


def has_quick(path: Path, root: Path) -> bool:
    """Say whether a file or a folder may hold quick tests."""
    return not any(part in f"{path.relative_to(root).as_posix()}/" for part in SLOW)


def is_quick(item: pytest.Function) -> bool:
    """Say whether a test belongs to the quick ones."""
    over_redis = "callspec" in vars(item) and item.callspec.params.get("redis_url") == "redis"
    is_slow = any(part in item.nodeid for part in SLOW)
    return not (is_slow or over_redis or NEEDS.intersection(item.fixturenames))
