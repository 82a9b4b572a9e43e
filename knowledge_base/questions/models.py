"""Tables of open questions: each as it was asked, and the groups that mean the same."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from knowledge_base.questions.states import QuestionSource, QuestionState


class QuestionGroup(Base):
    """Questions that mean the same; what is worked on."""

    __tablename__ = "question_groups"
    __table_args__ = (Index("ix_question_groups_state", "state", "last_seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)  # the first one asked, masked
    state: Mapped[QuestionState] = mapped_column(EnumText(QuestionState))
    lock_version: Mapped[int] = mapped_column(default=0)  # of what staff do; not of new members
    times: Mapped[int] = mapped_column()
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The matter whose answer did not help, where there was one.
    matter_code: Mapped[str | None] = mapped_column(String(16))
    owner: Mapped[str | None] = mapped_column(String(32), index=True)  # account id
    due_on: Mapped[date | None] = mapped_column()
    # The count entered a year whose holidays are not published: weekends alone.
    due_provisional: Mapped[bool] = mapped_column(default=False)
    draft_code: Mapped[str | None] = mapped_column(String(16), index=True)
    answered_code: Mapped[str | None] = mapped_column(String(16))
    answered_version: Mapped[int | None] = mapped_column()
    dismissed_reason: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[str | None] = mapped_column(String(32))  # account id; empty: by publication
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Means over the members' vectors, little-endian float32: words, and meaning where an encoder
    # took part; ``encoder`` names the space that the latter belong to.
    words: Mapped[bytes] = mapped_column(LargeBinary)
    meaning: Mapped[bytes | None] = mapped_column(LargeBinary)
    encoder: Mapped[str | None] = mapped_column(String(128))
    meant: Mapped[int] = mapped_column(default=0)  # members that ``meaning`` is the mean of


class OpenQuestion(Base):
    """One question as it was asked. Without a group until the grouping has looked at it."""

    __tablename__ = "open_questions"
    __table_args__ = (Index("ix_open_questions_group", "group_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # What it was asked in, e.g. turn:…; one turn asks once, however often it is rated.
    origin: Mapped[str] = mapped_column(String(80), unique=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("question_groups.id"))
    source: Mapped[QuestionSource] = mapped_column(EnumText(QuestionSource))
    channel: Mapped[str] = mapped_column(String(16))
    masked_text: Mapped[str] = mapped_column(Text)
    matter_code: Mapped[str | None] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
