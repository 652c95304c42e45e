"""Message history: the check of this exercise."""
