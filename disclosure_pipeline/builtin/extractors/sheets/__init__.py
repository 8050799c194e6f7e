"""Workbooks (xlsx)."""
