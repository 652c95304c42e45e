"""Runs the benchmarks: python -m benchmarks [--quick] [NAME…]."""

import argparse
from contextlib import suppress
from importlib import import_module
from pathlib import Path


NAMES = ["fan_out", "slow_client", "echo", "memory", "start_stop", "scale_out", "floods", "start_up"]
PICTURES = Path(__file__).with_name("pictures")


def allow_many_connections() -> None:
    """Raise the limit of open files as far as the system lets us."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    """Run what was asked for, print its tables, and draw its plots."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the course's server.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer clients, a rough look")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}")

    allow_many_connections()
    for name in arguments.names or NAMES:
        for results in import_module(f"benchmarks.{name}").run(arguments.quick):
            print(results.table())
            print(f"Picture: {results.plot(PICTURES)}\n", flush=True)


if __name__ == "__main__":
    main()
