"""The other files of docs/deployment/: linters find nothing, and their times fit the server's."""

import configparser
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from server_snippets.main import Settings
from tests.docs.deployment.behind_nginx import need


DEPLOYMENT = Path(__file__).parents[3] / "docs" / "deployment"
MANIFESTS: dict[str, Any] = {
    each["kind"]: each for each in yaml.safe_load_all((DEPLOYMENT / "kubernetes.yaml").read_text())
}
CONTAINER: dict[str, Any] = MANIFESTS["Deployment"]["spec"]["template"]["spec"]["containers"][0]


def test_hadolint_is_content_with_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint has no program for this machine.")
    found = subprocess.run([hadolint, DEPLOYMENT / "Dockerfile"], capture_output=True, text=True, timeout=600)

    assert (found.returncode, found.stdout) == (0, "")


def test_dclint_finds_no_error_in_the_compose_file() -> None:
    need("dclint")
    command = ["dclint", "--quiet", str(DEPLOYMENT / "compose.yaml")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=600)

    assert found.returncode == 0, found.stdout + found.stderr


def test_the_manifest_fits_kubernetes_schemas() -> None:
    for manifest in MANIFESTS.values():
        kubernetes_validate.validate(manifest, "1.33", strict=True)


def test_the_pods_selectors_fit_their_labels() -> None:
    labels = MANIFESTS["Deployment"]["spec"]["template"]["metadata"]["labels"]

    assert MANIFESTS["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert MANIFESTS["Service"]["spec"]["selector"] == labels
    assert MANIFESTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels


def test_a_pod_is_given_the_time_to_drain() -> None:
    pod = MANIFESTS["Deployment"]["spec"]["template"]["spec"]
    before = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert pod["terminationGracePeriodSeconds"] > before + Settings().drain_seconds + 2


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_each_probe_asks_a_page_that_the_server_has(probe: str) -> None:
    from server_snippets.server.endpoints.operations import operations_router

    pages = {getattr(route, "path", "") for route in operations_router().routes}
    assert CONTAINER[probe]["httpGet"]["path"] in pages


def unit() -> configparser.ConfigParser:
    """Return the systemd unit."""
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(DEPLOYMENT / "chat-server.service")
    return parsed


def test_the_unit_waits_for_the_drain_and_trusts_the_exit_code() -> None:
    service = unit()["Service"]

    assert float(service["TimeoutStopSec"]) >= Settings().drain_seconds + 2
    assert service["Restart"] == "on-failure"
    assert service["ExecStart"].endswith("python -m chat_server")


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    need("systemd-analyze")
    # It asks for the program, so there has to be one.
    text = (DEPLOYMENT / "chat-server.service").read_text().replace("/srv/.venv/bin/python", sys.executable)
    copy = tmp_path / "chat-server.service"
    copy.write_text(text)
    found = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(copy)],
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert found.returncode == 0, found.stderr
    complaints = [line for line in found.stderr.splitlines() if "chat-server.service" in line]
    assert complaints == []
