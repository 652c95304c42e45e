"""Programs that a notebook starts alongside its kernel, and that never outlive it."""
