"""Messengers to people."""
