"""The documents of tickets that have none: opened before there was search, or lost."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from foundation.database.session import Database
from routing.duplicates.keys import write_keys
from routing.finding.documents import HOTLINE, write_documents
from routing.finding.models import TicketDocument
from routing.tickets.models import Ticket

_BATCH = 200


def index_missing(database: Database, *, everything: bool = False) -> int:
    """Write the documents and keys of tickets without them; return of how many.

    Args:
        database: written in short transactions.
        everything: also look at those that have theirs.
    """
    done, after = 0, 0
    while True:
        with database.reading() as session:
            ids = _page(session, after, everything=everything)
        if not ids:
            return done
        with database.transaction() as session:
            for ticket_id in ids:
                ticket = session.get_one(Ticket, ticket_id)
                write_documents(session, ticket)
                write_keys(session, ticket)
        done, after = done + len(ids), ids[-1]


def _page(session: Session, after: int, *, everything: bool) -> Sequence[int]:
    query = select(Ticket.id).where(Ticket.id > after).order_by(Ticket.id).limit(_BATCH)
    if not everything:
        document = TicketDocument
        own = exists().where(document.ticket_id == Ticket.id, document.audience == HOTLINE)
        query = query.where(~own)
    return session.scalars(query).all()
