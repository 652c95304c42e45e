"""What clients reach: one module for each WebSocket endpoint, and the pages."""
