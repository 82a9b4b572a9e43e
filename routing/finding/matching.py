"""Terms as a condition of a query, for each kind of database."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add

from sqlalchemy import ColumnElement, case, column, func, literal, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from routing.finding.documents import audience_token
from routing.finding.models import TicketDocument
from routing.finding.words import Term
from routing.tickets.models import Ticket

_Holds = Callable[[Term], ColumnElement[bool] | None]
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


def relevance(terms: Sequence[Term]) -> ColumnElement[int]:
    """Return how well a found ticket answers the terms, the higher the better.

    Its number first, then what its title says, then its words, then all else that is searched; of
    each, how many of the terms. Counted from the ticket's own columns, so that both databases give
    the same order and the page after a ticket can be asked for.
    """
    more = len(terms) + 1  # than any number of terms may count
    weights = ((_in_number, more * more), (_in(Ticket.title), more), (_in(Ticket.text), 1))
    counted = [
        case((condition, weight), else_=0)
        for held, weight in weights
        for term in terms
        if (condition := held(term)) is not None
    ]
    return reduce(add, counted)


def _in_number(term: Term) -> ColumnElement[bool] | None:
    """Whether the number, or one of its parts, begins with the term; as the index finds it."""
    if not term.numeric:
        return None
    number = Ticket.ticket_no
    return or_(
        number.startswith(term.said, autoescape=True),
        number.contains(f"-{term.said}", autoescape=True),
    )


def _in(text: InstrumentedAttribute[str]) -> _Holds:
    """Return what tells whether ``text`` says a term."""
    lower = func.lower(text)
    return lambda term: lower.contains(term.said, autoescape=True)


def _fts5(terms: Sequence[Term]) -> str:
    return " AND ".join(f'"{" ".join(one.tokens)}"{"*" if one.prefix else ""}' for one in terms)


def _tsquery(terms: Sequence[Term]) -> str:
    return " & ".join(f"({' <-> '.join(one.tokens)}{':*' if one.prefix else ''})" for one in terms)
