"""Learned weights and thresholds: where they are kept, and how they are made."""
