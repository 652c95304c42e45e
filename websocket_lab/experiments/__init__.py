"""What lessons measure and try: load, plots, a leak check, reconnecting, TestClient, best practices."""
