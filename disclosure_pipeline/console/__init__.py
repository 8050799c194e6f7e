"""The web console; for now health and metrics only."""
