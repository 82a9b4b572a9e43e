"""The life of an entry: drafted, reviewed, published over the shipped library, expired."""
