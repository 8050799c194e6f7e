"""Numbers that stand for a person or an account: identity papers, telephones, cards, plates, addresses on the net."""
