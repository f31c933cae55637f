"""New data: read, planned, written."""
