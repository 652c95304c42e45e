"""Servers that demonstrate a problem: none of them is a step of the course."""
