"""Plain text, tables in text, and XML that nobody else reads."""
