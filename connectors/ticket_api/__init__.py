"""Tickets over HTTP, for other systems and for the desks' own scripts."""
