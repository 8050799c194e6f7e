"""A document's way and what people decide about it."""
