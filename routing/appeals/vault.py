"""The vault of informants (举报人身份保管库): opened for a reason, never unnoticed.

Permission is the caller's question (``foundation.access``): no role that handles tickets has it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from foundation.access.permissions import Role
from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.appeals import repository
from routing.appeals.errors import NothingInVaultError, VaultReasonMissingError
from routing.appeals.models import InformantVault
from routing.supervision.telling import TOLD
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.repository import locked_ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TicketService

OPENED = "vault_opened"
# Whoever else may open it, and who audits: nobody opens it alone.
TOLD_ROLES = (Role.SUPERVISOR, Role.AUDITOR)
LEAST_REASON_CHARACTERS = 4
_REASON_CHARACTERS = 500
PAGE = 50


@dataclass(frozen=True, slots=True)
class Identity:
    """Who stands behind a confidential appeal, and their words as said."""

    number: str
    name: str | None
    phone: str | None
    text: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of the vault."""

    ticket_no: str
    number: str
    actor: str
    reason: str
    at: datetime


class Vault:
    """Opens the vault for one appeal at a time."""

    def __init__(self, clock: Clock, tickets: TicketService, outbox: Outbox) -> None:
        self._clock = clock
        self._tickets = tickets
        self._outbox = outbox

    def open(
        self, session: Session, ticket_no: str, number: str, reason: str, actor: Actor
    ) -> Identity:
        """Return who made a confidential appeal (调阅); an event and a notice in the same breath.

        Args:
            session: a writing transaction.
            ticket_no: which the appeal is under.
            number: of the appeal.
            reason: why it must be known; masked, kept in the ticket's chain of events.
            actor: who opens it.

        Raises:
            VaultReasonMissingError: no reason, or hardly one.
            TicketNotFoundError: none of this number.
            NothingInVaultError: the ticket answers no such appeal, or it is not confidential.
        """
        why = mask(storable(reason, _REASON_CHARACTERS))
        if len(why) < LEAST_REASON_CHARACTERS:
            raise VaultReasonMissingError(ticket_no)
        ticket = locked_ticket(session, ticket_no)
        asked = repository.of_ticket(session, ticket.id)
        appeal = next((one for one in asked if one.number == number), None)
        kept = None if appeal is None else session.get(InformantVault, appeal.id)
        if kept is None:
            raise NothingInVaultError(ticket_no, number)
        data = {"appeal": number, "reason": why}
        self._tickets.note(session, ticket, OPENED, actor, data)
        self._tell(session, ticket)
        session.flush()
        return Identity(number, kept.name, kept.phone, kept.original_text, kept.original_place)

    def _tell(self, session: Session, ticket: Ticket) -> None:
        key = f"{TOLD}:{ticket.ticket_no}:{ticket.last_seq}"
        payload = {
            "ticket_no": ticket.ticket_no,
            "kind": OPENED,
            "department": None,
            "roles": sorted(TOLD_ROLES),
            "text": f"工单{ticket.ticket_no}的举报人身份被调阅，理由见审计记录。",
        }
        self._outbox.enqueue(session, TOLD, key, payload)


def openings(session: Session, limit: int = PAGE, offset: int = 0) -> list[Opening]:
    """Return who opened the vault, for what and why, the newest first."""
    query = (
        select(TicketEvent, Ticket.ticket_no)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        # In so many words: a bound value would not find the partial index.
        .where(text(f"ticket_events.kind = '{OPENED}'"))
        .order_by(TicketEvent.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Opening(ticket_no, event.data["appeal"], event.actor, event.data["reason"], event.at)
        for event, ticket_no in session.execute(query)
    ]
