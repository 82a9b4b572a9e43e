"""Guides written as sheets or as text, one after the other."""
