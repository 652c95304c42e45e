"""Servers that show a problem: none of them is a step of the course."""
