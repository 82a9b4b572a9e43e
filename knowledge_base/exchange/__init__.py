"""Guides in and out: XLSX, CSV, JSON and YAML, with a mapping for lists that others wrote."""
