"""What checks of exercises are made of: people who must hear something, steps, and the verdict."""
