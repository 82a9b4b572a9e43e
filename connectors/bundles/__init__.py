"""One thing, done once: the questions, then the ordered plan with one checklist."""
