"""Servers in a background thread of the kernel, and what a learner sees of their errors."""
