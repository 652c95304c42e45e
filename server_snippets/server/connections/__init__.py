"""The connections of this process: who is here, what waits for them, and what they may do."""
