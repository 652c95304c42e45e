"""What you click and type into: client panels, the wire tap, predictions, pages and bars."""
