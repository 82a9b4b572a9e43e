"""Learning who handles what from the city's own closed tickets, and never silently worse."""
