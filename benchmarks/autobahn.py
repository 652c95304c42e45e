"""Autobahn's fuzzing client against an unchanged echo: python -m benchmarks.autobahn WSTEST [--cases "1.*"…].

It counts how uvicorn's WebSocket class and ours behave; benchmarks/autobahn.md says how to get WSTEST.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen


ROOT = Path(__file__).resolve().parent.parent
# All but compression (12, 13), which our class does not offer.
CASES = [f"{group}.*" for group in (1, 2, 3, 4, 5, 6, 7, 9, 10)]
CLASSES = {
    "uvicorn": [],
    "ours": [
        *("--ws", "server_snippets.server.transport.protocol:FanOutProtocol"),
        *("--http", "server_snippets.server.transport.http:LimitedHttpProtocol"),
    ],
}
PORT = 9001


def main() -> None:
    """Try both classes, and print a table and what was not right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.autobahn")
    parser.add_argument("wstest", help="the program wstest of autobahntestsuite 0.8.2")
    parser.add_argument("--cases", nargs="*", default=CASES, help="which cases (default: %(default)s)")
    arguments = parser.parse_args()
    for name, options in CLASSES.items():
        with TemporaryDirectory() as folder:
            behaviors = behaviors_of(options, arguments.wstest, arguments.cases, Path(folder))
        print(f"{name}: " + ", ".join(f"{len(cases)} {kind}" for kind, cases in behaviors.items()))
        for kind in behaviors.keys() - {"OK", "INFORMATIONAL"}:
            print(f"  {kind}: {', '.join(behaviors[kind])}")


def behaviors_of(options: list[str], wstest: str, cases: list[str], folder: Path) -> dict[str, list[str]]:
    """Return the cases by what Autobahn says of them."""
    server = [sys.executable, "-m", "uvicorn", "benchmarks.servers.echo_app:app", "--port", str(PORT)]
    quiet = ["--log-level", "critical"]
    with subprocess.Popen([*server, *quiet, *options], cwd=ROOT) as process:
        try:
            wait_for_server()
            return fuzz(wstest, cases, folder)
        finally:
            process.kill()


def wait_for_server() -> None:
    """Return when the server answers."""
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/openapi.json"):
                return
        except OSError:
            continue


def fuzz(wstest: str, cases: list[str], folder: Path) -> dict[str, list[str]]:
    """Run the fuzzing client, and read its report."""
    servers = [{"agent": "echo", "url": f"ws://127.0.0.1:{PORT}/echo"}]
    specification = {"outdir": str(folder), "servers": servers, "cases": cases, "exclude-cases": []}
    path = folder / "specification.json"
    path.write_text(json.dumps({**specification, "exclude-agent-cases": {}}))
    subprocess.run([wstest, "-m", "fuzzingclient", "-s", path], check=True, stdout=subprocess.DEVNULL)
    behaviors: dict[str, list[str]] = defaultdict(list)
    for case, result in json.loads((folder / "index.json").read_text())["echo"].items():
        behaviors[result["behavior"]].append(case)
    return behaviors


if __name__ == "__main__":
    main()
