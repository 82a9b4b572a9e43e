"""Cells of sheets and CSV files as text."""

from datetime import date, datetime, time

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run what begins so
_LARGEST_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(DANGEROUS) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    quoted = text.startswith("'") and text.lstrip("'").startswith(DANGEROUS)
    return text[1:] if quoted else text


def text_of(value: object) -> str:
    """Return a cell's value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        moment = value.time() != time()
        return value.isoformat(" ", "minutes") if moment else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def loses_digits(value: object) -> bool:
    """Whether a number is too long for a spreadsheet to have kept all its digits."""
    return isinstance(value, int | float) and abs(value) >= _LARGEST_EXACT
