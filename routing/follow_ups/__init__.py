"""Follow-up (回访): the citizen is asked whether the reply did; then the ticket is resolved."""
