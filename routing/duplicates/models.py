"""Tables of duplicates: the index they are found by, and what people said of the pairs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText


class DuplicateKey(Base):
    """One key of one ticket; those with equal keys may tell of the same."""

    __tablename__ = "duplicate_keys"
    # The table is its own index on SQLite.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 -- how SQLAlchemy takes options

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class DuplicateSketch(Base):
    """Which keys a ticket has: when its words change, the old ones are found by this."""

    __tablename__ = "duplicate_sketches"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    keys: Mapped[bytes] = mapped_column(LargeBinary)  # little-endian int64, sorted


class PairState(StrEnum):
    """What was said of a pair; a merged one shows in its tickets."""

    OPEN = "open"
    REFUSED = "refused"  # not a duplicate: never proposed again


class DuplicatePair(Base):
    """Two tickets that may tell of the same; the later one would go under the earlier one."""

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        Index(
            "ix_duplicate_pairs_open",
            "ticket_id",
            sqlite_where=sql("state = 'open'"),
            postgresql_where=sql("state = 'open'"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    # The key begins with the other ticket: what looks for this one needs an index of its own.
    other_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)
    state: Mapped[PairState] = mapped_column(EnumText(PairState))
    score: Mapped[int] = mapped_column()  # 0 to 100
    why: Mapped[list[Any]] = mapped_column(JSON)  # sentences
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
