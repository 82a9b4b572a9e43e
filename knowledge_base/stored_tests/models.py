"""The table of stored test questions."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from knowledge_base.schema import FacetName


class StoredTest(Base):
    """One question that must lead to this matter, and to this facet where one is named."""

    __tablename__ = "stored_tests"
    __table_args__ = (UniqueConstraint("code", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))  # of the matter, shipped or the city's own
    question: Mapped[str] = mapped_column(Text)  # masked
    facet: Mapped[FacetName | None] = mapped_column(EnumText(FacetName))
    added_by: Mapped[str] = mapped_column(String(32))  # account id
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
