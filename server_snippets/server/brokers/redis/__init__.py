"""The broker over Redis: one log that every process reads and writes."""
