"""What the legal grounds protect and only its form shows: tables, lists, coordinates, addresses, credentials."""
