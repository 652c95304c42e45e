"""Typing indicator: the check of this exercise."""
