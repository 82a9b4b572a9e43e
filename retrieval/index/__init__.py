"""Passages of the library and the index of their vectors."""
