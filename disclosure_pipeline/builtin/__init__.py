"""The product's own behaviour, as plugins. Nothing imports this package by name."""
