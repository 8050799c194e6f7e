"""Pictures, as files and inside others."""
