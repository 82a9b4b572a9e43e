"""The rules of redactions: proposed by the shield, confirmed by a dispatcher, never assumed.

Permission is the caller's question (``foundation.access``). Every method takes the caller's
transaction and only flushes.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.text.personal_information import PersonalValues, mask, replace_personal
from foundation.text.storable import storable
from routing.appeals import repository as appeals
from routing.appeals.models import Appeal
from routing.appeals.outgoing import hidden
from routing.redactions import repository
from routing.redactions.errors import (
    NothingToRedactError,
    PutBackWithoutReasonError,
    RedactionEmptyError,
)
from routing.redactions.marking import pieces, put_back
from routing.redactions.models import Redaction
from routing.redactions.schemas import (
    RedactionView,
    VersionView,
    WaitingView,
    Wording,
    wording_of,
)
from routing.tickets.drafting import title_of
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Ticket
from routing.tickets.repository import by_ticket_no, locked_ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TicketService

CONFIRMED = "redaction_confirmed"
LEAST_REASON_CHARACTERS = 4
PAGE = 100
_TEXT_CHARACTERS = 20_000
_FIELD_CHARACTERS = 500


class Redactions:
    """Confirms what departments may read of confidential appeals."""

    def __init__(self, clock: Clock, tickets: TicketService) -> None:
        self._clock = clock
        self._tickets = tickets

    def confirm(
        self,
        session: Session,
        ticket_no: str,
        number: str,
        wording: Wording,
        actor: Actor,
        reason: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Confirm what departments read of an appeal at this ticket (确认遮盖稿).

        A later call makes a further version; the words themselves never enter the chain.

        Args:
            session: a writing transaction.
            ticket_no: which.
            number: of the confidential appeal.
            wording: the proposal as it stands, or edited.
            actor: the dispatcher who looked at it.
            reason: why something stands there that the version before did not hold.
            version: of the ticket, as the reader loaded it.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            NothingToRedactError: the ticket answers no such appeal, or it is not confidential.
            RedactionEmptyError: no words are left.
            PutBackWithoutReasonError: something was put back, and nobody says why.
        """
        ticket = locked_ticket(session, ticket_no, version)
        appeal = _confidential(session, ticket, number)
        rows = repository.of_words(session, ticket.id, appeal.id)
        kept = self.confirmed_row(session, ticket, rows, wording, actor, reason)
        if ticket.ticket_no.rpartition("-")[0] == appeal.number:
            ticket.text, ticket.title = kept.text, title_of(kept.text)
            ticket.place, ticket.occurred = kept.place, kept.occurred
        self._note(session, ticket, CONFIRMED, actor, {"appeal": number}, rows, kept)
        session.flush()
        return ticket

    def confirmed_row(
        self,
        session: Session,
        ticket: Ticket,
        rows: Sequence[Redaction],
        wording: Wording,
        actor: Actor,
        reason: str,
    ) -> Redaction:
        """Add the version that ``actor`` confirms after ``rows``, of an appeal or of a message.

        Raises:
            RedactionEmptyError, PutBackWithoutReasonError: as for ``confirm``.
        """
        last = rows[-1]
        clean = _cleaned(session, ticket, wording)
        if not clean.text:
            raise RedactionEmptyError(ticket.ticket_no)
        why = mask(storable(reason, _FIELD_CHARACTERS))
        added = put_back(wording_of(last).parts, clean.parts)
        if added and len(why) < LEAST_REASON_CHARACTERS:
            raise PutBackWithoutReasonError(ticket.ticket_no, added)
        repository.settle(rows)
        kept = Redaction(
            ticket_id=last.ticket_id,
            appeal_id=last.appeal_id,
            message_id=last.message_id,
            number=last.number + 1,
            text=clean.text,
            place=clean.place,
            occurred=clean.occurred,
            waiting=False,
            confirmed_by=actor.ref,
            reason=why or None,
            at=self._clock.now(),
        )
        session.add(kept)
        return kept

    def _note(
        self,
        session: Session,
        ticket: Ticket,
        kind: str,
        actor: Actor,
        about: dict[str, object],
        rows: Sequence[Redaction],
        kept: Redaction,
    ) -> None:
        """Record a confirmation: who, when, which version, and never the words."""
        data = about | {
            "version": sum(row.confirmed_by is not None for row in rows) + 1,
            "removed": sum(one.removed for one in pieces(kept.text)),
        }
        if kept.reason is not None:
            data["why"] = kept.reason
        self._tickets.note(session, ticket, kind, actor, data)

    def views(self, session: Session, ticket_no: str) -> list[RedactionView]:
        """Return every confidential appeal of a ticket with its versions, for a dispatcher.

        Raises:
            TicketNotFoundError: there is none of this number.
        """
        ticket = by_ticket_no(session, ticket_no)
        if ticket is None:
            raise TicketNotFoundError(ticket_no)
        asked = [one for one in appeals.of_ticket(session, ticket.id) if one.confidential]
        return [
            _view(one.number, rows)
            for one in asked
            if (rows := repository.of_words(session, ticket.id, one.id))
        ]

    def waiting(self, session: Session, limit: int = PAGE) -> list[WaitingView]:
        """Return what waits to be confirmed anywhere, the oldest first."""
        return [
            WaitingView(
                ticket_no=ticket.ticket_no,
                ticket_version=ticket.version,
                number=appeal.number,
                message_id=row.message_id,
                question=asked,
                text=row.text,
                place=row.place,
                occurred=row.occurred,
                pieces=pieces(row.text),
                at=row.at,
            )
            for row, appeal, ticket, asked in repository.waiting(session, limit)
        ]


def _confidential(session: Session, ticket: Ticket, number: str) -> Appeal:
    asked = appeals.of_ticket(session, ticket.id)
    found = next((one for one in asked if one.number == number and one.confidential), None)
    if found is None:
        raise NothingToRedactError(ticket.ticket_no, number)
    return found


def _cleaned(session: Session, ticket: Ticket, wording: Wording) -> Wording:
    """Return the words as they are kept: never with personal data or a name of the vault.

    Whatever reason is given: who tries names must leave one each time, in the chain.
    """
    informants = appeals.informants_of(session, ticket.id)

    def clean(value: str | None, most: int) -> str | None:
        if not value:
            return None
        bare = storable(value, most)
        return hidden(replace_personal(bare, PersonalValues()), informants) or None

    return Wording(
        clean(wording.text, _TEXT_CHARACTERS) or "",
        clean(wording.place, _FIELD_CHARACTERS),
        clean(wording.occurred, _FIELD_CHARACTERS),
    )


def _view(number: str, rows: Sequence[Redaction]) -> RedactionView:
    last = rows[-1]
    return RedactionView(
        number=number,
        version=sum(row.confirmed_by is not None for row in rows),
        waiting=last.waiting,
        wording=wording_of(last),
        pieces=pieces(last.text),
        versions=tuple(
            VersionView(
                row.number, row.confirmed_by, row.at, row.text, row.place, row.occurred, row.reason
            )
            for row in rows
        ),
    )
