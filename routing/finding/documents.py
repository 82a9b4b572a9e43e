"""What of a ticket is searched, written in the transaction that changes it."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import blake2b

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from foundation.database.rows import RowBatch
from routing.appeals import repository as appeals
from routing.appeals.outgoing import outgoing_reply
from routing.appeals.schemas import Asked
from routing.duplicates.keys import add_keys, write_keys
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
        "supplemented",
        "linked",
        "attachment_withheld",
        "relay_asked",
        "relay_answered",
        "relay_stated",
        "relay_withheld",
        "relay_confirmed",
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


def add_fresh(rows: RowBatch, opened: Sequence[tuple[Ticket, Asked, Sequence[Assignment]]]) -> None:
    """Add documents and keys of tickets just opened, from what is known of them; reads nothing.

    Args:
        rows: to be written in the transaction that opens them.
        opened: each ticket, its key known, with what its appeal asks and its shares; nobody has
            replied.
    """
    cut = cache(document_words)
    documents = [
        _document(ticket, audience, parts, cut)
        for ticket, asked, shares in opened
        for audience, parts in _parts(ticket, [asked], shares, ()).items()
    ]
    rows.add(TicketDocument, documents)
    add_keys(rows, [ticket for ticket, _, _ in opened])


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
    held = list(shares)
    outgoing = [
        outgoing_reply(session, ticket.id, one.reply) for one in held if one.reply is not None
    ]
    wanted = _parts(ticket, appeals.asked_of_ticket(session, ticket.id), held, outgoing)
    known: dict[str, TicketDocument] = {}
    if not fresh:
        query = select(TicketDocument).where(TicketDocument.ticket_id == ticket.id)
        known = {row.audience: row for row in session.scalars(query)}
    for audience, old in known.items():
        if audience not in wanted:
            session.delete(old)
    added, cut = [], cache(document_words)
    for audience, parts in wanted.items():
        digest = _digest(parts)
        present = known.get(audience)
        if present is not None and present.digest == digest:
            continue
        row = _document(ticket, audience, parts, cut)
        if present is None:
            added.append(row)
        else:
            present.digest, present.words = digest, str(row["words"])
    if added:
        session.execute(insert(TicketDocument), added)


def _document(
    ticket: Ticket, audience: str, parts: Sequence[str], cut: Callable[[str], str]
) -> dict[str, object]:
    """Return the row of one audience; ``cut`` remembers the parts that audiences share."""
    words = " ".join(filter(None, (audience_token(audience), *map(cut, parts))))
    known = {"ticket_id": ticket.id, "audience": audience}
    return known | {"digest": _digest(parts), "words": words}


def _digest(parts: Sequence[str]) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def audience_token(audience: str) -> str:
    """Return the token that every document of an audience holds: the index itself is scoped."""
    return f"audience{audience.lower()}"


def _parts(
    ticket: Ticket,
    asked: Sequence[Asked],
    shares: Sequence[Assignment],
    outgoing: Sequence[str],
) -> dict[str, list[str]]:
    """Return what each audience may read, in the version that handling roles may see.

    Args:
        ticket: flushed.
        asked: its appeals, each with the words that the ticket is about.
        shares: of it.
        outgoing: the replies as the hotline reads them.
    """
    common = [ticket.ticket_no, ticket.category, ticket.place, ticket.district, ticket.text]
    for one in asked:
        common += [one.words, one.place]
    parts = list(dict.fromkeys(part for part in common if part))
    numbers = [one.appeal.number for one in asked]
    found = {HOTLINE: [*parts, *numbers, *outgoing]}
    for share in shares:
        if share.active:
            found[share.department_code] = [*parts, *_replies_to(share, shares)]
    return found


def _replies_to(own: Assignment, shares: Sequence[Assignment]) -> Iterator[str]:
    """Yield the replies that a department reads: all as the lead, its own as a co-handler."""
    leads = own.role is AssignmentRole.LEAD
    for share in shares:
        if share.reply is not None and (leads or share.department_code == own.department_code):
            yield share.reply
