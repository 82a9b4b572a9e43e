"""Tables of appeals: what one citizen said, and, apart from it, who they are."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText
from foundation.database.enumerated import EnumText
from routing.schemas import AppealKind


class Appeal(Base):
    """What one citizen said (诉求). The person stands in ``Contact`` or ``InformantVault``."""

    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # 20261122-000123
    idempotency_key: Mapped[str] = mapped_column(String(200), unique=True)
    query_code: Mapped[str] = mapped_column(EncryptedText("appeal.query_code"))
    channel: Mapped[str] = mapped_column(String(16))
    conversation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[AppealKind] = mapped_column(EnumText(AppealKind))
    category_code: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)  # masked; shielded where confidential
    place: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(String(64))
    occurred: Mapped[str | None] = mapped_column(Text)  # when, as said
    confidential: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)  # no contact was given
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AppealTicket(Base):
    """Which tickets do something about which appeals.

    A merge or a withdrawal ends a link and never removes it: what was replied under it stays the
    citizen's.
    """

    __tablename__ = "appeal_tickets"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: from the ticket's opening
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: it stands
    # The part of the appeal that this ticket is about, shielded as the appeal is; None: all of it.
    part: Mapped[str | None] = mapped_column(Text)


class Contact(Base):
    """How to reach a citizen whose appeal is not confidential, and their words as said."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_phone_index", "phone_index"),)

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(EncryptedText("contact.name"))
    phone: Mapped[str | None] = mapped_column(EncryptedText("contact.phone"))
    phone_index: Mapped[str | None] = mapped_column(String(64))  # blind index, digits only
    original_text: Mapped[str] = mapped_column(EncryptedText("contact.original_text"))
    original_place: Mapped[str | None] = mapped_column(EncryptedText("contact.original_place"))


class InformantVault(Base):
    """Who stands behind a confidential appeal (举报人保护).

    A table of its own, under purposes of its own: no query for contacts can reach it, and no view
    of a handling role reads it.
    """

    __tablename__ = "informant_vault"
    __table_args__ = (Index("ix_informant_vault_phone_index", "phone_index"),)

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(EncryptedText("vault.name"))
    phone: Mapped[str | None] = mapped_column(EncryptedText("vault.phone"))
    phone_index: Mapped[str | None] = mapped_column(String(64))  # blind index, digits only
    original_text: Mapped[str] = mapped_column(EncryptedText("vault.original_text"))
    original_place: Mapped[str | None] = mapped_column(EncryptedText("vault.original_place"))


class AppealCounter(Base):
    """The last serial number given out on a day (Asia/Shanghai)."""

    __tablename__ = "appeal_counters"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column()


class ProgressTries(Base):
    """Wrong tries at a number's progress, or from an address; both as keyed digests."""

    __tablename__ = "progress_tries"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
