"""Supervision: cards, reminders and orders, who is told, what is counted, the weekly report."""
