"""Tables of the knowledge base: what a city changed in the shipped library, version by version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from knowledge_base.entries.states import EntryState
from knowledge_base.schema import Visibility


class Entry(Base):
    """One matter with changes of its own; its row is the lock of all of them."""

    __tablename__ = "knowledge_entries"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    lock_version: Mapped[int] = mapped_column(default=0)  # grows with every change of any version
    # The highest version number given out, shipped ones included.
    latest_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EntryImport(Base):
    """One file of drafts. They are written while nobody sees them; this row shows them at once."""

    __tablename__ = "knowledge_imports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(200))  # the process that writes them
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the owner's last sign of life
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # empty: nobody sees them


class StagedDraft(Base):
    """A draft of an import, until the import is shown and settled; then the row goes."""

    __tablename__ = "knowledge_staged_drafts"
    __table_args__ = (Index("ix_knowledge_staged_drafts_import_id", "import_id", "code"),)

    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    import_id: Mapped[str] = mapped_column(ForeignKey("knowledge_imports.id"))
    code: Mapped[str] = mapped_column(String(16))
    lock_version: Mapped[int] = mapped_column()  # of the entry as the file was laid over it
    replaces_id: Mapped[int | None] = mapped_column(index=True)  # the open version it stands for


class EntryVersion(Base):
    """One version of an entry. Its number is given when it is published, never before."""

    __tablename__ = "knowledge_entry_versions"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index("ix_knowledge_entry_versions_state", "state", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("knowledge_entries.code"))
    version: Mapped[int | None] = mapped_column()
    state: Mapped[EntryState] = mapped_column(EnumText(EntryState))
    base_version: Mapped[int | None] = mapped_column()  # what it was edited from
    shipped_version: Mapped[int | None] = mapped_column()  # of the shipped guide at that time
    restores_version: Mapped[int | None] = mapped_column()  # rolled back to
    title: Mapped[str] = mapped_column(Text)
    visibility: Mapped[Visibility] = mapped_column(EnumText(Visibility))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # a guide; of a draft perhaps unfinished
    diff: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # against the base, field by field
    # Of the content: the rule's own first and last day. Empty while a draft does not say.
    effective_on: Mapped[date | None] = mapped_column()
    expires_on: Mapped[date | None] = mapped_column()
    superseded_by: Mapped[str | None] = mapped_column(Text)
    # The first day it is answered from: effective, and published. Empty before publication.
    in_force_from: Mapped[date | None] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(32))  # account id of the last who wrote
    contributors: Mapped[list[str]] = mapped_column(JSON)  # everybody who wrote; none may review
    reviewer: Mapped[str | None] = mapped_column(String(32))
    review_note: Mapped[str | None] = mapped_column(Text)
    # What the checks found and why it was published all the same.
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    override_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None] = mapped_column()  # the day it was expired by hand
    ended_by: Mapped[str | None] = mapped_column(String(32))
    end_reason: Mapped[str | None] = mapped_column(Text)
