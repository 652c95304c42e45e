"""The hints of the exercises whose checks are long: one module for each, called like the exercise."""
