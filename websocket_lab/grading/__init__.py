"""What checks are made of: simulated clients, steps and verdicts; hints, solutions and progress."""
