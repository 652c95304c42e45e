"""Sign in ticket: the check of this exercise."""
