"""Who is told of what: one message a matter through the outbox, laid at the desks it concerns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from foundation.access.permissions import Role
from foundation.events.outbox import NewMessage
from routing.deadlines.derivation import moment_words
from routing.deadlines.rule_packs import LimitClock
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.policy import Recipient, Step
from routing.supervision.states import CardColour
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.recording import Note

TOLD = "supervision.told"

CLOCK_LABELS = {
    LimitClock.DISPATCH: "派单时限",
    LimitClock.ACCEPT: "签收时限",
    LimitClock.FIRST_CONTACT: "首次联系时限",
    LimitClock.RESOLVE: "办结时限",
    LimitClock.SEND_BACK: "退单时限",
}
DEPARTMENT = (Recipient.HANDLER, Recipient.LEAD)
SUPERVISORS = (Recipient.SUPERVISOR,)


@dataclass(frozen=True, slots=True)
class Matter:
    """One event to be recorded, with who is told of it."""

    note: Note
    tell: tuple[Recipient, ...] = ()
    department: str | None = None
    words: str = ""  # ours, after the ticket's number


@dataclass(slots=True)
class Matters:
    """What happened to tickets in one transaction, in order."""

    found: list[Matter] = field(default_factory=list)

    def add(
        self,
        ticket: Ticket,
        kind: str,
        data: dict[str, Any],
        tell: Sequence[Recipient] = (),
        words: str = "",
    ) -> None:
        """Add one event; ``data['department']`` is the department concerned, if any."""
        note = Note(ticket, kind, data)
        self.found.append(Matter(note, tuple(tell), data.get("department"), words))


def messages(matters: Sequence[Matter], events: Sequence[TicketEvent]) -> list[NewMessage]:
    """Return one message for each matter of which somebody is told.

    The payload: ``ticket_no``, ``kind``, ``department`` (or null), ``roles`` and ``text``, which is
    ours: no words of a person stand in it.
    """
    return [
        NewMessage(
            TOLD,
            f"{TOLD}:{one.note.ticket.ticket_no}:{event.seq}",
            {
                "ticket_no": one.note.ticket.ticket_no,
                "kind": one.note.kind,
                "department": one.department,
                "roles": sorted(_roles(one.tell, one.department)),
                "text": f"工单{one.note.ticket.ticket_no}{one.words}",
            },
        )
        for one, event in zip(matters, events, strict=True)
        if one.tell
    ]


def _roles(recipients: Iterable[Recipient], department: str | None) -> set[Role]:
    """Return the roles told; without a department its people's part falls to the dispatcher."""
    missing = department is None
    return {
        (Recipient.DISPATCHER if missing and one.of_department else one).role for one in recipients
    }


def card_words(card: SupervisionCard) -> str:
    """Say that a card is shown."""
    clock, due = CLOCK_LABELS[card.clock], moment_words(card.due_at)
    if card.colour is CardColour.RED:
        return f"已超过{clock}（{due}），亮红牌，请立即办理并回复原因。"
    return f"{clock}临近（{due}），亮黄牌，请抓紧办理。"


def step_words(card: SupervisionCard, step: Step) -> str:
    """Say what a later step of the escalation tells of."""
    clock, due = CLOCK_LABELS[card.clock], moment_words(card.due_at)
    if step.hours_before is not None:
        return f"不足{step.hours_before:g}小时将超过{clock}（{due}），届时亮红牌。"
    return f"超过{clock}（{due}）已满{step.working_days_after or 0}个工作日仍未办理，请督促。"


def lapsed_words(record: Reminder | SupervisionOrder) -> str:
    """Say that an answer did not come in time."""
    if isinstance(record, Reminder):
        return f"第{record.number}次催办逾期未回复，已计数。"
    return f"督办逾期未回复（要求{moment_words(record.reply_due_at)}前回复）。"
