"""The figures that supervisors publish, with their definitions.

Each figure counts what falls into a period ``[begin, end)`` by a moment that does not move once it
has passed, so that every case counts in one period only:

- ``due``: tickets whose resolve time (办结时限) falls into it and for which a department's reply
  was due; not those declined, answered directly, merged, withdrawn, or waiting for their citizen
  at the end. ``overdue``: those whose first lead reply came after that time, or had not come.
- ``response_due``: lead shares whose time to respond falls into it: the first contact where the
  rules set one, else the acceptance, else the resolve time; not those sent back.
  ``responded``: contacted, accepted or answered by then.
  ``response_rate`` (响应率) = responded / response_due.
- ``asked``: follow-ups in it that reached the citizen, one for each appeal and round of handling:
  a later round does not wipe out what was said of an earlier one. ``solved`` and ``content``: said
  that it is solved; very, fairly or simply satisfied. ``resolution_rate`` (解决率) = solved /
  asked, ``satisfaction_rate`` (满意率) = content / asked.
- ``send_backs``, ``repeated_send_backs``: send-backs in it; those of a ticket that had been sent
  back before, by whomever.
- ``extensions``, ``late_extensions``, ``repeated_extensions``: requests for more time in it; those
  made when the ticket was due soon already; second and later ones of a ticket.
- ``reminders``: reminders in it. ``unanswered_reminders``: those whose time to answer passed in it
  without an answer.
- ``promises``, ``broken_promises``: promises (承诺办理) made in it; those whose day passed in it
  without an answer.
- ``yellow_cards``, ``red_cards``: shown in it. ``orders``: issued in it. ``orders_overdue``: whose
  time passed in it without an answer.

A department's figures are those of what it was given: of its share, its send-backs, its requests.
What nobody was given yet (a ticket that waits for a dispatcher) stands under no department.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from routing.follow_ups.models import FollowUp
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.promises.models import Promise
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.states import CardColour
from routing.ticket_clocks.models import Extension
from routing.tickets.models import Assignment, AssignmentRole, SendBack, Ticket
from routing.tickets.states import TicketState

_CONTENT = tuple(one for one in Satisfaction if one.content)
# Tickets for which no department's reply was due.
_NO_REPLY_DUE = (
    TicketState.DRAFT,
    TicketState.DECLINED,
    TicketState.DIRECT_ANSWERED,
    TicketState.MERGED,
    TicketState.WITHDRAWN,
)


class Dimension(StrEnum):
    """What figures are broken down by."""

    DEPARTMENT = "department"
    DISTRICT = "district"
    CATEGORY = "category"

    @property
    def label(self) -> str:
        """The word people see."""
        return {"department": "承办单位", "district": "区县", "category": "类别"}[self.value]


@dataclass(slots=True)
class Figures:
    """Counts of one period; the module's docstring says of what."""

    due: int = 0
    overdue: int = 0
    response_due: int = 0
    responded: int = 0
    asked: int = 0
    solved: int = 0
    content: int = 0
    send_backs: int = 0
    repeated_send_backs: int = 0
    extensions: int = 0
    late_extensions: int = 0
    repeated_extensions: int = 0
    reminders: int = 0
    unanswered_reminders: int = 0
    promises: int = 0
    broken_promises: int = 0
    yellow_cards: int = 0
    red_cards: int = 0
    orders: int = 0
    orders_overdue: int = 0

    @property
    def response_rate(self) -> float | None:
        """响应率; ``None`` where nothing was due."""
        return _share(self.responded, self.response_due)

    @property
    def resolution_rate(self) -> float | None:
        """解决率; ``None`` where nobody was asked."""
        return _share(self.solved, self.asked)

    @property
    def satisfaction_rate(self) -> float | None:
        """满意率; ``None`` where nobody was asked."""
        return _share(self.content, self.asked)

    def add(self, other: "Figures") -> None:
        """Add the counts of another."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def as_json(self) -> dict[str, Any]:
        """Return counts and rates (0 to 1, four digits; null where nothing counts)."""
        counts = {one.name: getattr(self, one.name) for one in fields(self)}
        return counts | {name: _rounded(getattr(self, name)) for name in RATES}


RATES = ("response_rate", "resolution_rate", "satisfaction_rate")
LABELS = {
    "due": "到期工单",
    "overdue": "超期工单",
    "response_due": "应响应",
    "responded": "按时响应",
    "asked": "回访到",
    "solved": "已解决",
    "content": "满意",
    "send_backs": "退单",
    "repeated_send_backs": "重复退单",
    "extensions": "申请延期",
    "late_extensions": "临期申请延期",
    "repeated_extensions": "重复申请延期",
    "reminders": "催办",
    "unanswered_reminders": "催办逾期未回复",
    "promises": "承诺办理",
    "broken_promises": "承诺未兑现",
    "yellow_cards": "黄牌",
    "red_cards": "红牌",
    "orders": "督办",
    "orders_overdue": "督办逾期未回复",
    "response_rate": "响应率",
    "resolution_rate": "解决率",
    "satisfaction_rate": "满意率",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a count belongs."""

    department: str | None
    district: str | None
    category: str | None  # 城市管理/市容环境/占道经营


Cells = Mapping[Cell, Figures]


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time: from ``begin`` to before ``end``."""

    begin: datetime
    end: datetime


def figures_of(session: Session, period: Period, now: datetime) -> Cells:
    """Return the figures of a period by department, district and category at once.

    Args:
        session: reading.
        period: what falls into it is counted; of what lies after ``now`` nothing is.
        now: the present moment.
    """
    until = min(period.end, now)
    found: dict[Cell, Figures] = defaultdict(Figures)
    for query, names in _queries(period.begin, until):
        for row in session.execute(query):
            cell = found[Cell(row[0], row[1], row[2])]
            for name, value in zip(names, row[3:], strict=True):
                setattr(cell, name, getattr(cell, name) + int(value or 0))
    return found


def by(dimension: Dimension, cells: Cells) -> dict[str, Figures]:
    """Return the figures summed by one dimension; the first level of the category."""
    part: Callable[[Cell], str | None] = {
        Dimension.DEPARTMENT: lambda cell: cell.department,
        Dimension.DISTRICT: lambda cell: cell.district,
        Dimension.CATEGORY: lambda cell: (cell.category or "").partition("/")[0],
    }[dimension]
    summed: dict[str, Figures] = defaultdict(Figures)
    for cell, figures in cells.items():
        summed[part(cell) or ""].add(figures)
    return dict(sorted(summed.items()))


def total(cells: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    found = Figures()
    for one in cells:
        found.add(one)
    return found


def _queries(begin: datetime, end: datetime) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield _due(begin, end), ("due", "overdue")
    for query in _responses(begin, end):
        yield query, ("response_due", "responded")
    yield _asked(begin, end), ("asked", "solved", "content")
    yield _send_backs(begin, end), ("send_backs", "repeated_send_backs")
    yield _extensions(begin, end), ("extensions", "late_extensions", "repeated_extensions")
    yield _records(Reminder, Reminder.at, begin, end), ("reminders",)
    yield _records(Reminder, Reminder.unanswered_at, begin, end), ("unanswered_reminders",)
    yield _records(Promise, Promise.at, begin, end), ("promises",)
    yield _records(Promise, Promise.broken_at, begin, end), ("broken_promises",)
    for colour in CardColour:
        cards = _records(SupervisionCard, SupervisionCard.at, begin, end)
        yield cards.where(SupervisionCard.colour == colour), (f"{colour}_cards",)
    yield _records(SupervisionOrder, SupervisionOrder.at, begin, end), ("orders",)
    late = _records(SupervisionOrder, SupervisionOrder.overdue_at, begin, end)
    yield late, ("orders_overdue",)


def _within(moment: Any, begin: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(moment >= begin, moment < end)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _due(begin: datetime, end: datetime) -> Any:
    # The share of the first round that answered, or has it now: at most one a ticket.
    first = aliased(Assignment)
    join = and_(
        first.ticket_id == Ticket.id,
        first.role == AssignmentRole.LEAD,
        first.round == 1,
        or_(first.active, first.replied_at.is_not(None)),
    )
    late = or_(first.replied_at.is_(None), first.replied_at > Ticket.resolve_due_at)
    return (
        select(
            first.department_code,
            Ticket.district,
            Ticket.category,
            func.count(),
            _sum(late),
        )
        .select_from(Ticket)
        .outerjoin(first, join)
        .where(
            # Every state by its name, so that the index on state and time serves.
            Ticket.state.in_([one for one in TicketState if one not in _NO_REPLY_DUE]),
            _within(Ticket.resolve_due_at, begin, end),
            Ticket.paused_at.is_(None),
        )
        .group_by(first.department_code, Ticket.district, Ticket.category)
    )


def _responses(begin: datetime, end: datetime) -> Iterator[Any]:
    """Yield one query for each clock that may set the time to respond."""
    share = Assignment
    no_contact = share.first_contact_due_at.is_(None)
    for due, only in (
        (share.first_contact_due_at, ()),
        (share.accept_due_at, (no_contact,)),
        (Ticket.resolve_due_at, (no_contact, share.accept_due_at.is_(None))),
    ):
        responded = or_(
            share.contacted_at <= due, share.accepted_at <= due, share.replied_at <= due
        )
        yield (
            select(
                share.department_code,
                Ticket.district,
                Ticket.category,
                func.count(),
                _sum(responded),
            )
            .join(Ticket, Ticket.id == share.ticket_id)
            .where(
                share.role == AssignmentRole.LEAD,
                share.returned_at.is_(None),
                # In a later round the first response is long given.
                share.round == 1,
                or_(share.active, share.replied_at.is_not(None)),
                Ticket.state.in_([one for one in TicketState if one not in _NO_REPLY_DUE]),
                _within(due, begin, end),
                *only,
            )
            .group_by(share.department_code, Ticket.district, Ticket.category)
        )


def _asked(begin: datetime, end: datetime) -> Any:
    share = aliased(Assignment)
    join = and_(
        share.ticket_id == FollowUp.ticket_id,
        share.round == FollowUp.round,
        share.role == AssignmentRole.LEAD,
        share.replied_at.is_not(None),
    )
    return (
        select(
            share.department_code,
            Ticket.district,
            Ticket.category,
            func.count(),
            _sum(FollowUp.solved.is_(True)),
            _sum(FollowUp.satisfaction.in_(_CONTENT)),
        )
        .select_from(FollowUp)
        .join(Ticket, Ticket.id == FollowUp.ticket_id)
        .outerjoin(share, join)
        .where(_within(FollowUp.at, begin, end), FollowUp.outcome == FollowUpOutcome.REACHED)
        .group_by(share.department_code, Ticket.district, Ticket.category)
    )


def _send_backs(begin: datetime, end: datetime) -> Any:
    before = aliased(SendBack)
    earlier = exists().where(before.ticket_id == SendBack.ticket_id, before.id < SendBack.id)
    return _records(SendBack, SendBack.at, begin, end, _sum(earlier))


def _extensions(begin: datetime, end: datetime) -> Any:
    late, repeated = _sum(Extension.late.is_(True)), _sum(Extension.number > 1)
    return _records(Extension, Extension.at, begin, end, late, repeated)


def _records(
    table: Any, moment: Any, begin: datetime, end: datetime, *further: ColumnElement[int]
) -> Any:
    """Count rows of a table that names its department, by what their tickets are of."""
    return (
        select(table.department_code, Ticket.district, Ticket.category, func.count(), *further)
        .select_from(table)
        .join(Ticket, Ticket.id == table.ticket_id)
        .where(_within(moment, begin, end))
        .group_by(table.department_code, Ticket.district, Ticket.category)
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)
