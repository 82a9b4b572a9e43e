"""One reader a format; all stream, so that memory does not grow with the file."""
