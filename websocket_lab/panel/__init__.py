"""The client panel in the notebook: state, log, people and a field to type in."""
