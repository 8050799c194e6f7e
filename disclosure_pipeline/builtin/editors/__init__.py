"""Editors of office files: clean copies, and remarks where a draft needs work."""
