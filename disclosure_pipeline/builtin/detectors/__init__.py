"""Detectors of secrets, personal data and hidden content."""
