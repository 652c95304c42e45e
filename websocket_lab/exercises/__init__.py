"""One folder for each exercise: its check, with steps, hints and causes, and the check's harness."""
