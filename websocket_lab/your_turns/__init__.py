"""The checks of the your-turns: one module for each, named after the gap in its lesson."""
