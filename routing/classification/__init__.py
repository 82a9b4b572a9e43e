"""What an appeal is about (three-level category) and what the citizen wants (kind)."""
