"""Photographs that a citizen sends while an appeal is taken down (边说边传照片).

They wait under the conversation, inspected and encrypted like any attachment, and become the
appeal's own in the transaction that registers it; what nobody registers is taken away after a day.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from routing.attachments.errors import AttachmentNotFoundError, FileRefusedError
from routing.attachments.inspection import inspected
from routing.attachments.models import Attachment, StagedFile
from routing.attachments.naming import clean_name
from routing.attachments.store import FileStore

MOST_STAGED = 6
KEPT_FOR = timedelta(days=1)
CITIZEN = "citizen"


class Staging:
    """Keeps what waits for its appeal."""

    def __init__(self, clock: Clock, store: FileStore) -> None:
        self._clock = clock
        self._store = store

    def keep(self, session: Session, conversation_id: str, name: str, content: bytes) -> StagedFile:
        """Keep a photograph.

        Args:
            session: a writing transaction; the file is taken away again where it fails later.
            conversation_id: in which an appeal is being taken down (the caller has looked).
            name: as the file was called.
            content: as it came; told by what it is, its metadata dropped.

        Raises:
            FileRefusedError: it is no photograph that can be taken, or there are enough.
        """
        kept = inspected(content)
        if not kept.media_type.startswith("image/"):
            raise FileRefusedError("not an image", "这里只能传照片（JPG、PNG、WebP）。")
        if len(self.waiting(session, conversation_id)) >= MOST_STAGED:
            raise FileRefusedError("too many", f"一件诉求最多传{MOST_STAGED}张照片。")
        file_id = uuid.uuid4().hex
        digest = self._store.write(file_id, kept.content)
        try:
            staged = StagedFile(
                id=file_id,
                conversation_id=conversation_id,
                name=clean_name(name, kept.media_type),
                media_type=kept.media_type,
                size=len(kept.content),
                sha256=digest,
                at=self._clock.now(),
            )
            session.add(staged)
            session.flush()
        except Exception:
            self._store.remove(file_id)
            raise
        return staged

    def waiting(self, session: Session, conversation_id: str) -> Sequence[StagedFile]:
        """Return what waits in a conversation, the oldest first."""
        return waiting_files(session, conversation_id)

    def drop(self, session: Session, conversation_id: str, file_id: str) -> None:
        """Take one back.

        Raises:
            AttachmentNotFoundError: it is another conversation's, or registered already.
        """
        staged = session.get(StagedFile, file_id)
        if staged is None or staged.given_up or staged.conversation_id != conversation_id:
            raise AttachmentNotFoundError(file_id)
        session.delete(staged)
        session.flush()
        self._store.remove(file_id)

    def sweep(self, session: Session) -> int:
        """Take away what was given up or nobody registered within a day; return how many."""
        old = StagedFile.given_up | (StagedFile.at < self._clock.now() - KEPT_FOR)
        gone = list(session.scalars(delete(StagedFile).where(old).returning(StagedFile.id)))
        for file_id in gone:
            self._store.remove(file_id)
        return len(gone)


def waiting_files(session: Session, conversation_id: str) -> list[StagedFile]:
    """Return what waits in a conversation, the oldest first."""
    query = (
        select(StagedFile)
        .where(StagedFile.conversation_id == conversation_id, ~StagedFile.given_up)
        .order_by(StagedFile.at, StagedFile.id)
    )
    return list(session.scalars(query))


def give_up(session: Session, conversation_id: str) -> None:
    """Keep what waits in a conversation from every later appeal: its draft was cancelled."""
    for staged in waiting_files(session, conversation_id):
        staged.given_up = True


def claim(
    session: Session, conversation_id: str, ticket_id: int, appeal_id: int, now: datetime
) -> list[str]:
    """Make what waits in a conversation the attachments of its appeal; return their ids."""
    found = waiting_files(session, conversation_id)
    for staged in found:
        session.add(
            Attachment(
                id=staged.id,  # the file lies under it already
                ticket_id=ticket_id,
                appeal_id=appeal_id,
                name=staged.name,
                media_type=staged.media_type,
                size=staged.size,
                sha256=staged.sha256,
                added_by=CITIZEN,
                added_at=now,
            )
        )
        session.delete(staged)
    session.flush()
    return [staged.id for staged in found]
