"""The hints of the exercises whose checks are long: one module for each, named after the exercise."""
