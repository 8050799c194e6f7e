"""Attribute rules and route planners."""
