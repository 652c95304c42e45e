"""What is measured: each module serves a room on `/ws` and an echo on `/echo`, and prints its port first."""
