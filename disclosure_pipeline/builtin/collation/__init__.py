"""Comparison of the parts of a submission with one another."""
