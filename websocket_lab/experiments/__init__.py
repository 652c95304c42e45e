"""The experiments of the lessons: load, plots, a leak check, reconnecting, TestClient, best practices."""
