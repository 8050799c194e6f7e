"""Domain values without side effects: text, findings, documents, states, routes, clocks."""
