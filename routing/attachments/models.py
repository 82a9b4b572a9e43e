"""The table of attachments; the files lie encrypted in the data folder."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText


class Attachment(Base):
    """One file that belongs to a ticket, or to one citizen's appeal wherever that goes."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    # None: a department's own, e.g. a photograph of what it did.
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText("attachment.name"))  # may name somebody
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))  # of what is kept, before encryption
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The version that handling roles may see of a protected appeal's file; None: none yet.
    cleared_sha256: Mapped[str | None] = mapped_column(String(64))
    cleared_by: Mapped[str | None] = mapped_column(String(64))
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A dispatcher has said that handling roles do not see it; cleared later, they do after all.
    withheld_by: Mapped[str | None] = mapped_column(String(64))
    withheld_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StagedFile(Base):
    """A photograph that waits in its conversation until the appeal is registered."""

    __tablename__ = "staged_files"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(EncryptedText("attachment.name"))
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # The draft it was sent with was cancelled: no later appeal takes it, the next sweep does.
    given_up: Mapped[bool] = mapped_column(default=False)
