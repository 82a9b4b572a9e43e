"""By when a ticket is due as it stands: in a later round (重新办理) its supervision order says so.

``Ticket.resolve_due_at`` stays the first round's for good: the published figures are counted by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.deadlines.derivation import moment_words
from routing.supervision.models import SupervisionOrder
from routing.supervision.states import LIVE, OrderCause
from routing.tickets.models import Ticket

_NOT_YET = "重新办理：派出后由督办单规定回复期限；首次办理的时限已经结束。"


@dataclass(frozen=True, slots=True)
class RoundDue:
    """When a ticket is due in its present round."""

    due_at: datetime | None
    provisional: bool
    derivation: tuple[str, ...]


def round_dues(session: Session, tickets: Iterable[Ticket]) -> dict[int, RoundDue]:
    """Return by ticket when each is due; one further query where any is in a later round."""
    known = list(tickets)
    later = [ticket.id for ticket in known if ticket.round > 1]
    orders = _orders(session, later) if later else {}
    return {ticket.id: _due(ticket, orders.get(ticket.id)) for ticket in known}


def round_due(session: Session, ticket: Ticket) -> RoundDue:
    """Return when one ticket is due."""
    return round_dues(session, [ticket])[ticket.id]


def _orders(session: Session, ticket_ids: list[int]) -> dict[int, SupervisionOrder]:
    query = (
        select(SupervisionOrder)
        .where(
            SupervisionOrder.ticket_id.in_(ticket_ids),
            SupervisionOrder.cause == OrderCause.REOPENED,
            SupervisionOrder.state.in_(LIVE),
        )
        .order_by(SupervisionOrder.id)
    )
    return {order.ticket_id: order for order in session.scalars(query)}


def _due(ticket: Ticket, order: SupervisionOrder | None) -> RoundDue:
    if ticket.round == 1:
        lines = tuple(ticket.due_basis.get("derivation", ()))
        return RoundDue(ticket.resolve_due_at, ticket.due_provisional, lines)
    if order is None:
        return RoundDue(None, False, (_NOT_YET,))
    due = moment_words(order.reply_due_at)
    said = f"第{ticket.round}次办理：督办单要求{due}前办理并回复；首次办理的时限已经结束。"
    return RoundDue(order.reply_due_at, order.due_provisional, (said,))
