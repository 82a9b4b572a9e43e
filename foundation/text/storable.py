"""Text that every database takes."""


def storable(text: str, limit: int | None = None) -> str:
    """Return ``text`` stripped, without what PostgreSQL refuses (NUL, lone surrogates).

    Args:
        text: as it came from outside.
        limit: most characters kept; no limit when ``None``.
    """
    clean = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()
    return clean[:limit]
