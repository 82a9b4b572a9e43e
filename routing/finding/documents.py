"""What of a ticket is searched, written in the transaction that changes it."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from foundation.database.rows import write_values
from routing.appeals import repository as appeals
from routing.appeals.models import Appeal
from routing.appeals.outgoing import outgoing_reply
from routing.duplicates.keys import write_keys
from routing.finding.models import TicketDocument
from routing.finding.words import document_words
from routing.tickets.models import Assignment, AssignmentRole, Ticket

HOTLINE = "hotline"
_CHANGED = "changed_tickets"
# They change nothing that is searched.
_NO_WORDS = frozenset(
    {
        "dispatching",
        "accepted",
        "co_accepted",
        "handling",
        "awaiting_citizen",
        "following_up",
        "resolved",
        "archived",
        "contacted",
        "contact_read",
        "followed_up",
        "due_moved",
        "due_confirmed",
        "attached",
        "linked",
        "attachment_cleared",
    }
)


def follow(session: Session, ticket: Ticket, kind: str) -> None:
    """Have the ticket's documents and keys written again when the transaction commits.

    Once a transaction, however many events it adds; whatever rolls back leaves nothing behind.

    Args:
        session: the transaction.
        ticket: flushed.
        kind: of the event.
    """
    if kind in _NO_WORDS:
        return
    changed: dict[int, bool] = session.info.setdefault(_CHANGED, {})
    changed[ticket.id] = changed.get(ticket.id, False) or kind == "registered"
    event.listen(session, "before_commit", write_changed)


def write_changed(session: Session) -> None:
    """Write what the transaction has changed; called before its commit."""
    changed = session.info.pop(_CHANGED, {})
    if not changed:
        return
    session.flush()
    for ticket_id, fresh in changed.items():
        ticket = session.get(Ticket, ticket_id)
        if ticket is not None:
            write_documents(session, ticket, fresh=fresh)
            write_keys(session, ticket, fresh=fresh)
    session.flush()


def write_fresh(
    session: Session,
    ticket: Ticket,
    asked: Sequence[tuple[Appeal, str]],
    shares: Sequence[Assignment],
) -> None:
    """Write documents and keys of a ticket just opened, from what is known of it; reads nothing.

    Args:
        session: the transaction.
        ticket: flushed.
        asked: its appeals, each with the words that the ticket is about.
        shares: of it; nobody has replied.
    """
    wanted = _texts(session, ticket, asked, shares)
    rows = [_document(ticket, audience, text) for audience, text in wanted.items()]
    write_values(session, TicketDocument, rows)
    write_keys(session, ticket, fresh=True)


def write_documents(session: Session, ticket: Ticket, *, fresh: bool = False) -> None:
    """Make the ticket's documents those that its audiences may read now.

    Args:
        session: the transaction.
        ticket: flushed.
        fresh: it was opened in this transaction, so it has none yet.
    """
    shares = session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket.id).order_by(Assignment.id)
    )
    wanted = _texts(session, ticket, appeals.asked_of_ticket(session, ticket.id), list(shares))
    known: dict[str, TicketDocument] = {}
    if not fresh:
        query = select(TicketDocument).where(TicketDocument.ticket_id == ticket.id)
        known = {row.audience: row for row in session.scalars(query)}
    for audience, old in known.items():
        if audience not in wanted:
            session.delete(old)
    added = []
    for audience, text in wanted.items():
        digest = _digest(text)
        present = known.get(audience)
        if present is not None and present.digest == digest:
            continue
        row = _document(ticket, audience, text)
        if present is None:
            added.append(row)
        else:
            present.digest, present.words = digest, str(row["words"])
    if added:
        session.execute(insert(TicketDocument), added)


def _document(ticket: Ticket, audience: str, text: str) -> dict[str, object]:
    words = f"{audience_token(audience)} {document_words(text)}"
    known = {"ticket_id": ticket.id, "audience": audience}
    return known | {"digest": _digest(text), "words": words}


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def audience_token(audience: str) -> str:
    """Return the token that every document of an audience holds: the index itself is scoped."""
    return f"audience{audience.lower()}"


def _texts(
    session: Session,
    ticket: Ticket,
    asked: Sequence[tuple[Appeal, str]],
    shares: Sequence[Assignment],
) -> dict[str, str]:
    """Return the text for each audience, from the version that handling roles may see."""
    common = [ticket.ticket_no, ticket.category, ticket.place, ticket.district, ticket.text]
    for appeal, words in asked:
        common += [words, appeal.place]
    parts = list(dict.fromkeys(part for part in common if part))
    numbers = [appeal.number for appeal, _ in asked]
    texts = {HOTLINE: _joined([*parts, *numbers, *_replies_to_hotline(session, shares)])}
    for share in shares:
        if share.active:
            texts[share.department_code] = _joined([*parts, *_replies_to(share, shares)])
    return texts


def _replies_to_hotline(session: Session, shares: Sequence[Assignment]) -> Iterator[str]:
    for share in shares:
        if share.reply is not None:
            yield outgoing_reply(session, share.ticket_id, share.reply)


def _replies_to(own: Assignment, shares: Sequence[Assignment]) -> Iterator[str]:
    """Yield the replies that a department reads: all as the lead, its own as a co-handler."""
    leads = own.role is AssignmentRole.LEAD
    for share in shares:
        if share.reply is not None and (leads or share.department_code == own.department_code):
            yield share.reply


def _joined(parts: list[str]) -> str:
    return "\n".join(parts)
