"""Live clients: one connection, its log, its state, and waiting with a deadline."""
