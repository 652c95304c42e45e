"""The course as a static website, to read without installing anything: `python -m authoring site OUT`."""
