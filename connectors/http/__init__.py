"""What every door over HTTP shares: guards, limits, headers, and errors as sentences."""
