"""Publication channels."""
