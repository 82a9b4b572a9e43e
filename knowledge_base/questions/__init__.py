"""The queue of questions nobody could answer, or whose answer did not help, grouped by meaning."""
