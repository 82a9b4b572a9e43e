"""Tables of policy documents: one row a document, one a version of its text."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from knowledge_base.entries.states import EntryState
from knowledge_base.schema import Visibility


class Policy(Base):
    """One official text, known again by its number; its row is the lock of its versions."""

    __tablename__ = "policy_documents"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    identity: Mapped[str] = mapped_column(String(512), unique=True)  # number, else title + issuers
    lock_version: Mapped[int] = mapped_column(default=0)  # grows with every change
    latest_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyVersion(Base):
    """One imported text. Its number is given when it is published, never before."""

    __tablename__ = "policy_versions"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index("ix_policy_versions_state", "state", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("policy_documents.code"))
    version: Mapped[int | None] = mapped_column()
    state: Mapped[EntryState] = mapped_column(EnumText(EntryState))
    visibility: Mapped[Visibility] = mapped_column(EnumText(Visibility))
    title: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date | None] = mapped_column()
    # Of the text itself; empty where it does not say.
    in_force_from: Mapped[date | None] = mapped_column()
    in_force_to: Mapped[date | None] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # a PolicyDocument
    remarks: Mapped[list[str]] = mapped_column(JSON)  # what the reader of the file could not tell
    source_name: Mapped[str] = mapped_column(Text)
    source_sha256: Mapped[str] = mapped_column(String(64))
    importers: Mapped[list[str]] = mapped_column(JSON)  # account ids; none of them may publish it
    reviewer: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None] = mapped_column()  # the day it was expired by hand
    ended_by: Mapped[str | None] = mapped_column(String(32))
    end_reason: Mapped[str | None] = mapped_column(Text)
