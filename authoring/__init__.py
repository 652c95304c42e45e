"""What authors run and learners never need: it keeps lessons, server code and README in step."""
