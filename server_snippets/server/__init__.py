"""The finished server: copy this folder, call it what you like, and it works."""
