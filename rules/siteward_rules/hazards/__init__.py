"""A hazard from its discovery to the look-back after it was closed: states, deadlines, clauses."""
