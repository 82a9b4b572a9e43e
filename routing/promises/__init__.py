"""Promised handling (承诺办理): a later day, given with its reason, kept or broken."""
