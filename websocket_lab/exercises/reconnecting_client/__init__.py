"""Reconnecting client: the check of this exercise."""
