"""Online users: the check of this exercise."""
