"""Slow client: the check of this exercise."""
