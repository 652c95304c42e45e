"""Heartbeat: the check of this exercise."""
