"""The servers under test: each module prints its port, then serves a room on `/ws` and an echo on `/echo`."""
