"""What is found by its words: the lexicons of the legal grounds."""
