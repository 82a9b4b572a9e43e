"""What a department's reply must pass before it leaves (答复把关)."""
