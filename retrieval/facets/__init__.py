"""Which side of a guide a question asks for, read from its wording."""
