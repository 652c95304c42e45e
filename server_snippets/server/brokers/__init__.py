"""What makes several processes one server: publish, subscribe, and presence."""
