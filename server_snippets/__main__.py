"""Runs the finished server as in production: python -m server_snippets --help."""

from server_snippets.server.cli import main


if __name__ == "__main__":
    main(__package__)
