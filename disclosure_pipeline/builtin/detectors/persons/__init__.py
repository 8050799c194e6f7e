"""What tells about a person beside numbers: names, addresses, dates of birth, health, minors."""
