"""Best practices as functions that send clients at a server, and the checklist that runs them."""
