"""What staff read of tickets. A department reaches its own only; nobody's identity is in here."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.orm import Session

from routing.appeals import repository as appeals
from routing.promises.models import Promise
from routing.promises.repository import live_of
from routing.tickets import repository
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Assignment, Ticket, TicketEvent
from routing.tickets.round_due import RoundDue, round_due, round_dues
from routing.tickets.schemas import (
    InboxRow,
    PromiseView,
    QueueRow,
    Sibling,
    TicketView,
    TimelineEntry,
)
from routing.tickets.states import TicketState

_CITIZEN = "市民"
_PROTECTED = "市民（身份保密）"
# What of an event's data a department may read: neither what citizens said when they were
# called nor which appeals are under the ticket.
FOR_DEPARTMENTS = (
    "reason",
    "duty_basis",
    "lead",
    "co",
    "department",
    "rules",
    "working_days",
    "late",
    "to",
    "asked",
    "said",
    "promised_on",
    "channel",
)
# What a department need not know of at all.
HIDDEN_FROM_DEPARTMENTS = frozenset({"vault_opened"})
_NOTES = {
    "vault_opened": "调阅了举报人身份",
    "redaction_confirmed": "保密诉求的遮盖稿已确认",
    "attachment_withheld": "附件不给承办单位看",
    "relay_asked": "向举报人转问",
    "relay_answered": "举报人有了回答，待确认",
    "relay_stated": "举报人补充了情况，待确认",
    "relay_confirmed": "举报人的话已确认转交",
    "relay_withheld": "举报人的话未转交",
    "co_accepted": "协办单位已签收",
    "co_returned": "协办单位已退单",
    "co_replied": "协办单位已答复",
    "contact_read": "查看了联系方式",
    "followed_up": "已回访",
    "contacted": "已联系诉求人",
    "due_moved": "办理时限调整",
    "due_confirmed": "暂定时限已确定",
    "rules_changed": "改按新规则计时",
    "extension_requested": "申请延期",
    "extension_approved": "同意延期",
    "extension_refused": "不同意延期",
    "promised": "承诺办理",
    "promise_approved": "同意承诺",
    "promise_refused": "不同意承诺",
    "promise_kept": "承诺已兑现",
    "promise_broken": "承诺到期未兑现",
    "promise_closed": "承诺失效",
    "supplemented": "市民补充了说明",
    "learned": "答复已转为知识库草稿",
    "gate_overridden": "答复经说明理由后放行",
    "joined": "并入了其他市民的诉求",
    "split": "分出了另一张工单",
    "linked": "同一诉求分成几张工单办理",
    "appeal_withdrawn": "一位市民撤回了诉求",
    "attached": "添加了附件",
    "attachment_cleared": "附件已遮盖，可供承办单位查看",
    "yellow_card_issued": "亮黄牌",
    "red_card_issued": "亮红牌",
    "card_answered": "已回复亮牌原因",
    "card_closed": "亮牌解除",
    "escalated": "督办升级",
    "reminded": "催办",
    "reminder_answered": "已回复催办",
    "reminder_unanswered": "催办逾期未回复",
    "reminder_closed": "催办结束",
    "supervised": "发出督办",
    "order_answered": "已回复督办",
    "order_approved": "督办回复通过",
    "order_refused": "督办回复未通过",
    "order_overdue": "督办逾期未回复",
    "order_closed": "督办结束",
}


def inbox_rows(
    session: Session, department_code: str, limit: int = repository.PAGE, offset: int = 0
) -> list[InboxRow]:
    """Return the department's inbox: what it still has to do, the earliest due first."""
    found = repository.inbox(session, department_code, limit, offset)
    dues = round_dues(session, [ticket for ticket, _ in found])
    return [_inbox_row(ticket, share, dues[ticket.id]) for ticket, share in found]


def ticket_view(session: Session, ticket_no: str, department_code: str) -> TicketView:
    """Return one ticket as the department sees it.

    Raises:
        TicketNotFoundError: there is none, or the department has no part in it.
    """
    found = repository.share_of(session, ticket_no, department_code)
    if found is None:
        raise TicketNotFoundError(ticket_no)
    ticket, share = found
    basis, due = ticket.due_basis, round_due(session, ticket)
    return TicketView(
        row=_inbox_row(ticket, share, due),
        text=ticket.text,
        asked=_asked(session, ticket),
        occurred=ticket.occurred,
        due_derivation=due.derivation,
        due_clause=basis.get("clause"),
        due_certainty=basis.get("certainty"),
        designated=share.designated,
        citizen=_PROTECTED if ticket.confidential else _CITIZEN,
        reply=share.reply,
        timeline=tuple(department_timeline(repository.events_of(session, ticket.id))),
        contacted_at=share.contacted_at,
        asked_citizen=share.asked,
        promise=_promise(session, ticket, share),
    )


def _promise(session: Session, ticket: Ticket, share: Assignment) -> PromiseView | None:
    made = live_of(session, ticket.id)
    return promise_view(made) if made and made.assignment_id == share.id else None


def promise_view(made: Promise) -> PromiseView:
    """Return a promise as staff read it."""
    return PromiseView(
        made.number, made.promised_until, made.reason, made.state, made.decision_reason
    )


def _asked(session: Session, ticket: Ticket) -> tuple[str, ...]:
    """Return what the ticket's own words leave out: other citizens', with their place and time."""
    found = []
    for one in appeals.asked_of_ticket(session, ticket.id):
        words = one.words
        place = one.place if one.place != ticket.place else None
        when = one.occurred if one.occurred != ticket.occurred else None
        if words != ticket.text or place or when:
            facts = [f"地点：{place}"] * bool(place) + [f"时间：{when}"] * bool(when)
            found.append(f"{words}（{'；'.join(facts)}）" if facts else words)
    return tuple(dict.fromkeys(found))


def ticket_exists(session: Session, ticket_no: str) -> bool:
    """Whether there is a ticket of this number; for staff who may read all."""
    return repository.by_ticket_no(session, ticket_no) is not None


def queue_rows(session: Session, limit: int = repository.PAGE) -> list[QueueRow]:
    """Return the tickets that wait for a dispatcher: urgent first, then by age."""
    tickets = repository.dispatch_queue(session, limit)
    dues = round_dues(session, tickets)
    others = siblings(session, [ticket.id for ticket in tickets])
    return [_queue_row(ticket, dues[ticket.id], others.get(ticket.id, ())) for ticket in tickets]


def siblings(session: Session, ticket_ids: Collection[int]) -> dict[int, tuple[Sibling, ...]]:
    """Return the other tickets of the appeals of each ticket; those without any are left out."""
    found = appeals.siblings(session, ticket_ids)
    if not found:
        return {}
    leads = repository.leads_of(session, {one.id for others in found.values() for one in others})
    return {
        ticket_id: tuple(
            Sibling(one.ticket_no, one.state, leads.get(one.id), one.title) for one in others
        )
        for ticket_id, others in found.items()
    }


def timeline(
    events: list[TicketEvent], shown: Collection[str] | None = None
) -> list[TimelineEntry]:
    """Return events as staff read them; of their data only what ``shown`` names, if it is given."""
    return [
        TimelineEntry(
            seq=event.seq,
            kind=event.kind,
            label=_label(event),
            at=event.at,
            actor=event.actor,
            data=event.data
            if shown is None
            else {name: event.data[name] for name in shown if name in event.data},
        )
        for event in events
    ]


def department_timeline(events: Iterable[TicketEvent]) -> list[TimelineEntry]:
    """Return events as a handling department reads them."""
    shown = [event for event in events if event.kind not in HIDDEN_FROM_DEPARTMENTS]
    return timeline(shown, FOR_DEPARTMENTS)


def _label(event: TicketEvent) -> str:
    if event.kind in _NOTES:
        return _NOTES[event.kind]
    return TicketState(event.kind).label if event.kind in set(TicketState) else event.kind


def _inbox_row(ticket: Ticket, share: Assignment, due: RoundDue) -> InboxRow:
    return InboxRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        role=share.role,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        place=ticket.place,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        dispatched_at=share.dispatched_at,
        due_at=due.due_at,
        due_provisional=due.provisional,
        round=ticket.round,
        paused_at=ticket.paused_at,
        send_back_until=share.send_back_until,
    )


def _queue_row(ticket: Ticket, due: RoundDue, others: Sequence[Sibling]) -> QueueRow:
    return QueueRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        due_at=due.due_at,
        dispatch_count=ticket.dispatch_count,
        round=ticket.round,
        proposal=ticket.proposal,
        siblings=tuple(others),
    )
