"""Official texts: read from files, cut at articles and clauses, kept, and quoted word for word."""
