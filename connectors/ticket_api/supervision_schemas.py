"""The HTTP shapes of supervision."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.ticket_api.schemas import Code, Json, RecordId, VersionedBody, Words
from connectors.web_chat.schemas import WellFormed
from routing.supervision.telling import CLOCK_LABELS
from routing.supervision.views import CardView, OrderView, ReminderView, TicketRecords

Days = Annotated[int, Field(ge=1, le=250)]
WeekName = Annotated[str, StringConstraints(min_length=1, max_length=8), WellFormed]


class ReminderBody(VersionedBody):
    """What is asked, and of whom; ``None``: of the lead."""

    text: Words
    department: Code | None = None


class OrderBody(VersionedBody):
    """What is required, of whom, and within how many working days; ``None``: the city's own."""

    text: Words
    department: Code | None = None
    working_days: Days | None = None


class AnswerBody(VersionedBody):
    """What a department says."""

    text: Words


class ReadBody(BaseModel):
    """Which notices were read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=200)]


def card_json(card: CardView) -> Json:
    """Return one card."""
    labels = {"colour_label": card.colour.label, "clock_label": CLOCK_LABELS[card.clock]}
    return _record(card) | labels


def reminder_json(reminder: ReminderView) -> Json:
    """Return one reminder."""
    return _record(reminder)


def order_json(order: OrderView) -> Json:
    """Return one order."""
    return _record(order) | {"cause_label": order.cause.label}


def records_json(records: TicketRecords) -> Json:
    """Return everything on one ticket."""
    return {
        "ticket_no": records.ticket_no,
        "version": records.version,
        "cards": [card_json(one) for one in records.cards],
        "reminders": [reminder_json(one) for one in records.reminders],
        "orders": [order_json(one) for one in records.orders],
    }


def page_json(name: str, rows: Iterable[Json], total: int) -> Json:
    """Return one page of a list, and how many lines all pages have."""
    return {name: list(rows), "total": total}


def _record(view: CardView | ReminderView | OrderView) -> Json:
    """Return a record flat: its ticket's line beside its own fields, the answer, the ending."""
    shown: dict[str, Any] = asdict(view)
    ticket, answer, ending = shown.pop("ticket"), shown.pop("answer"), shown.pop("ending")
    reason = view.ending.close_reason
    return {
        **shown,
        "state": ending["state"],
        "state_label": view.ending.state.label,
        "closed_at": ending["closed_at"],
        "close_reason": ending["close_reason"],
        "close_reason_label": None if reason is None else reason.label,
        "reply": answer["text"],
        "replied_at": answer["at"],
        "ticket": _ticket(ticket, view),
    }


def _ticket(ticket: Mapping[str, Any], view: CardView | ReminderView | OrderView) -> Json:
    line = view.ticket
    return {**ticket, "state_label": line.state.label, "kind_label": line.kind.label}
