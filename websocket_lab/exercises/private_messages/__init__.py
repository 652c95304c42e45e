"""Private messages: the check of this exercise."""
