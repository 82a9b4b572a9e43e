"""How Alembic writes our column types into a revision."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext

from foundation.database.base import UtcDateTime
from foundation.database.encrypted import EncryptedText
from foundation.database.enumerated import EnumText


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Return the source of one of our types, or ``False`` to let Alembic write its own."""
    if kind == "type" and isinstance(item, EncryptedText):
        context.imports.add("from foundation.database.encrypted import EncryptedText")
        return f"EncryptedText({item.purpose!r})"
    if kind == "type" and isinstance(item, UtcDateTime):
        context.imports.add("from foundation.database.base import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, EnumText):
        # A revision stands for itself: it names no member that may be renamed later.
        return f"sa.String(length={item.length})"
    return False
