"""Reading an appeal: places, times, parties, contacts, and the wish not to be named."""
