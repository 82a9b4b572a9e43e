"""Attachments of tickets: added, listed and read by who may, cleared by a dispatcher.

The file of a protected appeal (举报, or asked for) is never a handling role's until a dispatcher
has looked at it and blacked out what gives somebody away; then they get that version alone.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from routing.appeals import repository as appeals
from routing.appeals.models import Appeal, AppealTicket
from routing.attachments.errors import (
    AttachmentNotFoundError,
    FileRefusedError,
    NotRedactableError,
)
from routing.attachments.inspection import Box, Inspected, inspected, redacted, suffix_of
from routing.attachments.models import Attachment
from routing.attachments.naming import clean_name
from routing.attachments.store import FileStore
from routing.tickets.errors import (
    AppealElsewhereError,
    ArchivedError,
    IllegalTransitionError,
    TicketNotFoundError,
)
from routing.tickets.listing import TicketReach, require_reach
from routing.tickets.models import Ticket
from routing.tickets.repository import by_ticket_no, locked_ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TicketService
from routing.tickets.states import OVER, TicketState

MOST_FILES = 20  # of one ticket


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One file as its reader may know of it."""

    id: str
    name: str
    media_type: str
    size: int
    added_at: datetime
    protected: bool  # of an appeal whose informant is protected
    cleared: bool  # a version for handling roles is there
    withheld: bool  # a dispatcher has said that they do not see it
    number: str | None  # of the appeal, for the hotline; None for a department


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """A file to be handed out."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Found:
    attachment: Attachment
    number: str | None
    protected: bool


class Attachments:
    """Keeps and shows files; reach and permission come from the caller."""

    def __init__(self, clock: Clock, tickets: TicketService, store: FileStore) -> None:
        self._clock = clock
        self._tickets = tickets
        self._store = store

    def add(
        self,
        session: Session,
        ticket_no: str,
        name: str,
        content: bytes,
        actor: Actor,
        number: str | None = None,
    ) -> Attachment:
        """Keep a file.

        Args:
            session: a writing transaction; the file is taken away again where it fails later.
            ticket_no: within the actor's reach (the caller has looked).
            name: as the file was called.
            content: as it came.
            actor: with a department, its own file; without one, a citizen's, taken by the hotline.
            number: whose appeal it belongs to; where the ticket answers one only, that one.

        Raises:
            TicketNotFoundError: there is no such ticket.
            AppealElsewhereError: the ticket does not answer this appeal, or several and none named.
            IllegalTransitionError: the ticket is over.
            FileRefusedError: the file cannot be taken, or the ticket has its fill.
        """
        return self._keep(session, ticket_no, name, inspected(content), actor, number)

    def add_photo(
        self,
        session: Session,
        ticket_no: str,
        name: str,
        kept: Inspected,
        actor: Actor,
        number: str,
    ) -> Attachment:
        """Keep a citizen's photograph, inspected before the transaction; as ``add`` otherwise."""
        if not kept.media_type.startswith("image/"):
            raise FileRefusedError("not an image", "这里只能传照片（JPG、PNG、WebP）。")
        return self._keep(session, ticket_no, name, kept, actor, number)

    def _keep(
        self,
        session: Session,
        ticket_no: str,
        name: str,
        kept: Inspected,
        actor: Actor,
        number: str | None,
    ) -> Attachment:
        ticket = locked_ticket(session, ticket_no)
        if ticket.state in OVER:
            raise IllegalTransitionError(ticket_no, ticket.state, ticket.state, ticket.state.label)
        appeal = None if actor.department else _appeal(session, ticket, number)
        if len(_of_ticket(session, ticket)) >= MOST_FILES:
            raise FileRefusedError("too many", f"每张工单最多{MOST_FILES}个附件。")
        attachment_id = uuid.uuid4().hex
        digest = self._store.write(attachment_id, kept.content)
        try:
            added = Attachment(
                id=attachment_id,
                ticket_id=ticket.id,
                appeal_id=appeal.id if appeal else None,
                name=clean_name(name, kept.media_type),
                media_type=kept.media_type,
                size=len(kept.content),
                sha256=digest,
                added_by=actor.ref,
                added_at=self._clock.now(),
            )
            session.add(added)
            session.flush()
            data = {"attachment": attachment_id, "department": actor.department}
            self._tickets.note(session, ticket, "attached", actor, data)
            session.flush()
        except Exception:
            self._store.remove(attachment_id)
            raise
        return added

    def listed(self, session: Session, ticket_no: str, reach: TicketReach) -> list[AttachmentView]:
        """Return the files that ``reach`` may read, the oldest first.

        Raises:
            TicketNotFoundError: the ticket is out of reach.
        """
        ticket = _within(session, ticket_no, reach)
        found = [one for one in _of_ticket(session, ticket) if _shown(one, reach)]
        return [_view(one, reach, at) for at, one in enumerate(found, 1)]

    def read(
        self, session: Session, ticket_no: str, attachment_id: str, reach: TicketReach
    ) -> AttachmentFile:
        """Return one file: of a protected appeal, for a department, the cleared version.

        Raises:
            TicketNotFoundError: the ticket is out of reach.
            AttachmentNotFoundError: it is another ticket's, or not shown to this reader.
        """
        ticket = _within(session, ticket_no, reach)
        found = [one for one in _of_ticket(session, ticket) if _shown(one, reach)]
        at = next((at for at, one in enumerate(found) if one.attachment.id == attachment_id), None)
        if at is None:
            raise AttachmentNotFoundError(attachment_id)
        kept, view = found[at].attachment, _view(found[at], reach, at + 1)
        cleared = found[at].protected and not reach.hotline
        digest = (kept.cleared_sha256 or "") if cleared else kept.sha256
        content = self._store.read(attachment_id, digest, cleared=cleared)
        return AttachmentFile(view.name, kept.media_type, content)

    def clear(
        self,
        session: Session,
        ticket_no: str,
        attachment_id: str,
        boxes: Sequence[Box],
        actor: Actor,
    ) -> None:
        """Make the version of a protected appeal's file that handling roles may see (遮盖).

        Args:
            session: a writing transaction.
            ticket_no: which.
            attachment_id: an image of a protected appeal.
            boxes: what is blacked out; none: nothing in it gives anybody away.
            actor: the dispatcher who looked at it.

        Raises:
            TicketNotFoundError, AttachmentNotFoundError: there is none.
            ArchivedError: the ticket can only be read.
            NotRedactableError: it is no image.
        """
        ticket = locked_ticket(session, ticket_no)
        if ticket.state is TicketState.ARCHIVED:  # before the file is written over
            raise ArchivedError(ticket_no, "attachment_cleared")
        kept = _protected(session, ticket, attachment_id)
        if not kept.media_type.startswith("image/"):
            raise NotRedactableError(attachment_id)
        content = redacted(self._store.read(attachment_id, kept.sha256), boxes)
        kept.cleared_sha256 = self._store.write(attachment_id, content, cleared=True)
        kept.cleared_by, kept.cleared_at = actor.ref, self._clock.now()
        kept.withheld_by = kept.withheld_at = None
        data = {"attachment": attachment_id, "boxes": len(boxes)}
        self._tickets.note(session, ticket, "attachment_cleared", actor, data)
        session.flush()

    def withhold(self, session: Session, ticket_no: str, attachment_id: str, actor: Actor) -> None:
        """Keep a protected appeal's file from handling roles (不给看), cleared before or not.

        Raises:
            TicketNotFoundError, AttachmentNotFoundError: there is none.
        """
        ticket = locked_ticket(session, ticket_no)
        kept = _protected(session, ticket, attachment_id)
        kept.cleared_sha256 = kept.cleared_by = kept.cleared_at = None
        kept.withheld_by, kept.withheld_at = actor.ref, self._clock.now()
        data = {"attachment": attachment_id}
        self._tickets.note(session, ticket, "attachment_withheld", actor, data)
        session.flush()


def _protected(session: Session, ticket: Ticket, attachment_id: str) -> Attachment:
    found = _of_ticket(session, ticket)
    one = next((one for one in found if one.attachment.id == attachment_id), None)
    if one is None or not one.protected:
        raise AttachmentNotFoundError(attachment_id)
    return one.attachment


def _within(session: Session, ticket_no: str, reach: TicketReach) -> Ticket:
    require_reach(session, ticket_no, reach)
    ticket = by_ticket_no(session, ticket_no)
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    return ticket


def _of_ticket(session: Session, ticket: Ticket) -> list[_Found]:
    """Return every file of a ticket, and of the appeals that it answers now."""
    linked = select(AppealTicket.appeal_id).where(
        AppealTicket.ticket_id == ticket.id, AppealTicket.ended_at.is_(None)
    )
    query = (
        select(Attachment, Appeal.number, Appeal.confidential)
        .outerjoin(Appeal, Appeal.id == Attachment.appeal_id)
        .where(
            or_(
                Attachment.appeal_id.in_(linked),
                (Attachment.ticket_id == ticket.id) & Attachment.appeal_id.is_(None),
            )
        )
        .order_by(Attachment.added_at, Attachment.id)
    )
    return [
        # A department's own file was never the citizen's; all others follow the ticket's shield.
        _Found(kept, number, number is not None and bool(confidential or ticket.confidential))
        for kept, number, confidential in session.execute(query)
    ]


def _shown(one: _Found, reach: TicketReach) -> bool:
    return reach.hotline or not one.protected or one.attachment.cleared_sha256 is not None


def _view(one: _Found, reach: TicketReach, at: int) -> AttachmentView:
    kept = one.attachment
    hidden = one.protected and not reach.hotline  # a name may tell who took the picture
    return AttachmentView(
        id=kept.id,
        name=f"附件{at}{suffix_of(kept.media_type)}" if hidden else kept.name,
        media_type=kept.media_type,
        size=kept.size,
        added_at=kept.added_at,
        protected=one.protected,
        cleared=kept.cleared_sha256 is not None,
        withheld=kept.withheld_at is not None and reach.hotline,
        number=one.number if reach.hotline else None,
    )


def _appeal(session: Session, ticket: Ticket, number: str | None) -> Appeal:
    asked = appeals.of_ticket(session, ticket.id)
    chosen = [one for one in asked if one.number == number] if number else asked
    if len(chosen) != 1:
        raise AppealElsewhereError(ticket.ticket_no, number or "unnamed")
    return chosen[0]
