"""The checks of the exercises: one module for each, called like the exercise."""
