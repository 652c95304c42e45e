"""Exercises for the learner: hints, solutions, comparison and progress."""
