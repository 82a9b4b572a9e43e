"""What staff read of tickets. A department reaches its own only; nobody's identity is in here."""

from sqlalchemy.orm import Session

from routing.tickets import repository
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Assignment, Ticket, TicketEvent
from routing.tickets.schemas import InboxRow, QueueRow, TicketView, TimelineEntry
from routing.tickets.states import TicketState

_CITIZEN = "市民"
_PROTECTED = "市民（身份保密）"
_NOTES = {
    "co_accepted": "协办单位已签收",
    "co_returned": "协办单位已退单",
    "co_replied": "协办单位已答复",
    "contact_read": "查看了联系方式",
    "followed_up": "已回访",
    "learned": "答复已转为知识库草稿",
}


def inbox_rows(
    session: Session, department_code: str, limit: int = repository.PAGE, offset: int = 0
) -> list[InboxRow]:
    """Return the department's inbox: what it still has to do, the earliest due first."""
    found = repository.inbox(session, department_code, limit, offset)
    return [_inbox_row(ticket, share) for ticket, share in found]


def ticket_view(session: Session, ticket_no: str, department_code: str) -> TicketView:
    """Return one ticket as the department sees it.

    Raises:
        TicketNotFoundError: there is none, or the department has no part in it.
    """
    found = repository.share_of(session, ticket_no, department_code)
    if found is None:
        raise TicketNotFoundError(ticket_no)
    ticket, share = found
    basis = ticket.due_basis
    return TicketView(
        row=_inbox_row(ticket, share),
        text=ticket.text,
        occurred=ticket.occurred,
        due_derivation=tuple(basis.get("derivation", ())),
        due_clause=basis.get("clause"),
        due_certainty=basis.get("certainty"),
        designated=share.designated,
        citizen=_PROTECTED if ticket.confidential else _CITIZEN,
        reply=share.reply,
        timeline=tuple(timeline(repository.events_of(session, ticket.id))),
    )


def ticket_exists(session: Session, ticket_no: str) -> bool:
    """Whether there is a ticket of this number; for staff who may read all."""
    return repository.by_ticket_no(session, ticket_no) is not None


def queue_rows(session: Session, limit: int = repository.PAGE) -> list[QueueRow]:
    """Return the tickets that wait for a dispatcher: urgent first, then by age."""
    return [_queue_row(ticket) for ticket in repository.dispatch_queue(session, limit)]


def timeline(events: list[TicketEvent]) -> list[TimelineEntry]:
    """Return events as staff read them."""
    return [
        TimelineEntry(
            seq=event.seq,
            kind=event.kind,
            label=_label(event),
            at=event.at,
            actor=event.actor,
            data=event.data,
        )
        for event in events
    ]


def _label(event: TicketEvent) -> str:
    if event.kind in _NOTES:
        return _NOTES[event.kind]
    return TicketState(event.kind).label if event.kind in set(TicketState) else event.kind


def _inbox_row(ticket: Ticket, share: Assignment) -> InboxRow:
    return InboxRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        role=share.role,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        place=ticket.place,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        dispatched_at=share.dispatched_at,
        due_at=ticket.resolve_due_at,
        due_provisional=ticket.due_provisional,
        send_back_until=share.send_back_until,
    )


def _queue_row(ticket: Ticket) -> QueueRow:
    return QueueRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        due_at=ticket.resolve_due_at,
        dispatch_count=ticket.dispatch_count,
        proposal=ticket.proposal,
    )
