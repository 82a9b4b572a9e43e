"""Finding tickets: full-text search in Chinese, saved filters, export."""
