"""Fix the broadcast: the check of this exercise."""
