"""Rate limit: the check of this exercise."""
