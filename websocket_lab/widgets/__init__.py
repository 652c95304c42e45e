"""Cards, predictions, bars and pages: what the course shows besides panels and the tap."""
