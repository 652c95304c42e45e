"""The building blocks of the exercise checks: simulated users, steps, and the verdict."""
