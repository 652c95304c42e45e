"""Benchmarks of the course's server and instruments: each compares things within one run."""
