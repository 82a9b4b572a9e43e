"""Questions that an entry must answer: stored with it, asked again whenever it changes."""
