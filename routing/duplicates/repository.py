"""Every query of duplicates."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import and_, or_, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, aliased

from routing.appeals.repository import siblings
from routing.duplicates.models import DuplicatePair, PairState
from routing.tickets.models import Ticket
from routing.tickets.states import TRANSITIONS, TicketState

# Only what nobody has answered yet can still go under another ticket.
MERGEABLE = tuple(
    state
    for state, following in TRANSITIONS.items()
    if TicketState.MERGED in following and state is not TicketState.DRAFT
)
_PER_KEY = 60  # the newest under one key
_MOST = 200


def sharing(session: Session, ticket_id: int, keys: Sequence[int]) -> list[int]:
    """Return the newest tickets under each of the keys, ``ticket_id`` left out."""
    if not keys:
        return []
    given: dict[str, int] = {f"k{at}": key for at, key in enumerate(keys)}
    statement = text(sharing_statement(len(keys)))
    found = session.execute(statement, {**given, "own": ticket_id, "most": _PER_KEY})
    return [row[0] for row in found]


@cache
def sharing_statement(count: int) -> str:
    """Return the query over ``count`` keys: a short walk along the index for each.

    Written out, because an expression of a dozen parts takes longer to build than to run.
    """
    each = (
        "SELECT ticket_id FROM (SELECT ticket_id FROM duplicate_keys"
        " WHERE key = :k{at} AND ticket_id <> :own ORDER BY ticket_id DESC LIMIT :most) AS s{at}"
    )
    return " UNION ".join(each.format(at=at) for at in range(count))


@dataclass(frozen=True, slots=True)
class Compared:
    """What of a ticket is compared; the rest is read of the few that are shown."""

    id: int
    text: str
    place: str | None
    district: str | None
    category_code: str | None
    category: str | None


def mergeable(
    session: Session, ids: Collection[int], since: datetime, until: datetime
) -> list[Compared]:
    """Return those of the tickets that were registered in the time and are still unanswered."""
    query = select(
        Ticket.id,
        Ticket.text,
        Ticket.place,
        Ticket.district,
        Ticket.category_code,
        Ticket.category,
    ).where(
        Ticket.id.in_(ids),
        Ticket.state.in_(MERGEABLE),
        Ticket.registered_at.between(since, until),
    )
    return [Compared(*row) for row in session.execute(query)]


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Ticket]:
    """Return these tickets by their keys."""
    return {one.id: one for one in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))}


def of_same_contact(session: Session, ticket_id: int) -> list[int]:
    """Return the tickets of appeals that left the same telephone number.

    Contacts alone: a protected appeal has none, so nobody learns what else an informant said.
    """
    found = session.execute(_SAME_CONTACT, {"own": ticket_id, "most": _PER_KEY})
    return [row[0] for row in found]


_SAME_CONTACT = text(
    "SELECT DISTINCT theirs.ticket_id FROM appeal_tickets AS mine"
    " JOIN contacts AS c ON c.appeal_id = mine.appeal_id"
    " JOIN contacts AS d ON d.phone_index = c.phone_index AND d.appeal_id <> c.appeal_id"
    " JOIN appeal_tickets AS theirs ON theirs.appeal_id = d.appeal_id"
    " WHERE mine.ticket_id = :own AND theirs.ticket_id <> :own"
    " AND mine.ended_at IS NULL AND theirs.ended_at IS NULL"
    " ORDER BY theirs.ticket_id DESC LIMIT :most"
)


def of_same_appeal(session: Session, ticket_id: int) -> set[int]:
    """Return the other tickets that the appeals of this one are under."""
    return {one.id for one in siblings(session, [ticket_id]).get(ticket_id, ())}


def refused_with(session: Session, ticket_id: int) -> set[int]:
    """Return the tickets of which somebody said that they are not the same."""
    pair = DuplicatePair
    query = select(pair.ticket_id, pair.other_id).where(
        or_(pair.ticket_id == ticket_id, pair.other_id == ticket_id),
        pair.state == PairState.REFUSED,
    )
    return {one for row in session.execute(query) for one in row} - {ticket_id}


def add_pairs(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Add pairs; one that is known stays as it is."""
    if rows:
        insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        session.execute(insert(DuplicatePair).values(list(rows)).on_conflict_do_nothing())


def open_pairs(session: Session, limit: int) -> list[tuple[DuplicatePair, Ticket, Ticket]]:
    """Return the pairs that nobody has decided on, of tickets that can still be merged."""
    later, earlier = aliased(Ticket), aliased(Ticket)
    query = (
        select(DuplicatePair, later, earlier)
        .join(later, DuplicatePair.ticket_id == later.id)
        .join(earlier, DuplicatePair.other_id == earlier.id)
        .where(
            and_(DuplicatePair.state == PairState.OPEN, later.state.in_(MERGEABLE)),
            earlier.state.in_(MERGEABLE),
        )
        .order_by(DuplicatePair.ticket_id.desc(), DuplicatePair.score.desc())
        .limit(min(limit, _MOST))
    )
    return [(pair, one, other) for pair, one, other in session.execute(query)]
