"""Questions to a protected informant and what they answer, passed on without their identity."""
