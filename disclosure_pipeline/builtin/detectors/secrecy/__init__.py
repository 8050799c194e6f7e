"""State secrets and what must stay inside the house: markings, notices, terms."""
