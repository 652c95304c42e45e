"""Runs this server wherever its folder is: python -m NAME_OF_THE_FOLDER --help."""

from .cli import main


if __name__ == "__main__":
    main(__package__)
