"""Validate messages: the check of this exercise."""
