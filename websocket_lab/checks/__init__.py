"""The checks of the exercises: one module for each, named after the exercise."""
