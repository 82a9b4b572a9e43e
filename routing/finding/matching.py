"""Terms as a condition of a query, for each kind of database."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, column, func, literal, select, table
from sqlalchemy.orm import Session

from routing.finding.documents import audience_token
from routing.finding.models import TicketDocument
from routing.finding.words import Term
from routing.tickets.models import Ticket

_SEARCH = table("ticket_search", column("rowid"), column("words"))


def holds(session: Session, audience: str, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Return the condition that the ticket, as ``audience`` may read it, holds every term."""
    document = TicketDocument
    scoped = [Term((audience_token(audience),)), *terms]
    found = select(document.ticket_id).where(document.audience == audience)
    if session.get_bind().dialect.name == "sqlite":
        # The hidden column of an FTS5 table bears the table's name.
        matched = select(_SEARCH.c.rowid).where(
            column("ticket_search").op("MATCH")(literal(_fts5(scoped)))
        )
        return Ticket.id.in_(found.where(document.id.in_(matched)))
    query = func.to_tsquery("simple", _tsquery(scoped))
    return Ticket.id.in_(found.where(document.words.op("@@")(query)))


def _fts5(terms: Sequence[Term]) -> str:
    return " AND ".join(f'"{" ".join(one.tokens)}"{"*" if one.prefix else ""}' for one in terms)


def _tsquery(terms: Sequence[Term]) -> str:
    return " & ".join(f"({' <-> '.join(one.tokens)}{':*' if one.prefix else ''})" for one in terms)
