"""What the course's instruments cost: each benchmark compares things within one run."""
