"""Programs that a notebook starts beside its kernel, and that never outlive it."""
