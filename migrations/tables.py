"""Every table of the product, in one place.

Each ``models.py`` of the packages below is imported, so a new domain's tables are found without
a list to keep.
"""

from importlib import import_module

from sqlalchemy import MetaData

from foundation.database.base import Base
from foundation.settings import ROOT

_PACKAGES = ("foundation", "knowledge_base", "retrieval", "routing", "bot", "connectors")


def model_modules() -> tuple[str, ...]:
    """Return the dotted names of all modules that hold tables, sorted."""
    found = (path for package in _PACKAGES for path in (ROOT / package).glob("**/models.py"))
    return tuple(sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found))


def all_tables() -> MetaData:
    """Import every model and return the metadata that holds their tables."""
    for module in model_modules():
        import_module(module)
    return Base.metadata


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares it: of the full-text indexes each is one database's own."""
    if kind == "index":
        return name != "ix_ticket_documents_words"
    return kind != "table" or not (name or "").startswith("ticket_search")
