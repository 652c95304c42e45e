"""Scale out: the check of this exercise."""
