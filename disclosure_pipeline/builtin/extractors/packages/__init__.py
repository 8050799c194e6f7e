"""Zip packages: opened with every check, and what they hold beside their members."""
