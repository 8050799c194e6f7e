"""Presentations (pptx)."""
