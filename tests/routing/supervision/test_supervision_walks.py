"""No sequence of calls reaches an illegal state (hypothesis); real services, real databases."""

from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import HotlineError
from routing.deadlines.rule_packs import LimitClock
from routing.schemas import AppealKind
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.repository import standings
from routing.supervision.states import LIVE, CardColour, CloseReason, OrderCause, RecordState
from routing.supervision.watching import OVER, running_clocks
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, MONDAY, POLICE
from tests.routing.supervision.conftest import Office

SUPERVISOR = Actor("user:supervisor")
ACTORS = (CITY_MANAGEMENT, POLICE, SUPERVISOR)
ACTS = (
    *("wait", "wait", "tick", "remind", "order", "answer_card", "answer_reminder"),
    *(
        "order",
        "answer_order",
        "answer_order",
        "approve",
        "refuse",
        "cancel",
        "accept",
        "reply",
        "send_back",
    ),
    *("dispatch", "pause", "resume", "reopen", "extend", "merge", "withdraw"),
)
Step = tuple[str, int, int]
# Two that get far, so that it is never only refusals that are looked at.
ANSWERED: list[Step] = [
    ("remind", 2, 1),
    ("answer_reminder", 0, 1),
    ("order", 2, 1),
    ("answer_order", 0, 1),
    ("wait", 0, 3),
    ("tick", 0, 1),
]
PASSED_ON: list[Step] = [
    ("wait", 0, 2),
    ("tick", 0, 1),
    ("order", 2, 1),
    ("merge", 0, 1),
    ("send_back", 0, 1),
    ("wait", 0, 3),
    ("dispatch", 0, 1),
    ("tick", 0, 1),
]
steps = some.lists(
    some.tuples(some.sampled_from(ACTS), some.integers(0, 2), some.integers(1, 3)),
    min_size=5,
    max_size=18,
)


def _act(office: Office, session: Session, number: str, other: str, step: Step) -> None:
    name, who, amount = step
    actor, work = ACTORS[who], office.casework
    asked, tickets = work.supervision, work.tickets
    holder = actor if actor.department else CITY_MANAGEMENT

    def some_of(table: type) -> int:
        """One of the ticket's records, or one that there is not."""
        own = select(table.id).join(Ticket, Ticket.id == table.ticket_id)
        ids = session.scalars(own.where(Ticket.ticket_no == number).order_by(table.id)).all()
        return ids[-amount] if amount <= len(ids) else 10**6

    {
        "remind": lambda: asked.remind(session, number, actor, "请尽快办理"),
        "order": lambda: asked.order(session, number, actor, "说明原因", amount),
        "answer_card": lambda: asked.answer_card(
            session, number, some_of(SupervisionCard), holder, "已安排"
        ),
        "answer_reminder": lambda: asked.answer_reminder(
            session, number, some_of(Reminder), holder, "已办"
        ),
        "answer_order": lambda: asked.answer_order(
            session, number, some_of(SupervisionOrder), holder, "已办"
        ),
        "approve": lambda: asked.approve_order(
            session, number, some_of(SupervisionOrder), SUPERVISOR, None
        ),
        "refuse": lambda: asked.refuse_order(
            session, number, some_of(SupervisionOrder), SUPERVISOR, "不行", None
        ),
        "cancel": lambda: asked.cancel_order(
            session, number, some_of(SupervisionOrder), SUPERVISOR, None
        ),
        "accept": lambda: tickets.accept(session, number, holder),
        "reply": lambda: tickets.reply(session, number, holder, "占道桌椅已撤除，油烟已处罚。"),
        "send_back": lambda: tickets.send_back(session, number, holder, "不属", "权责清单"),
        "dispatch": lambda: tickets.dispatch(session, number, ("CG", "GA")[amount % 2], DISPATCHER),
        "pause": lambda: tickets.advance(session, number, TicketState.AWAITING_CITIZEN, holder),
        "resume": lambda: tickets.advance(session, number, TicketState.HANDLING, holder),
        "reopen": lambda: _reopen(office, session, number),
        "extend": lambda: (
            work.extensions.request(session, number, holder, amount, "须检测"),
            work.extensions.approve(session, number, DISPATCHER),
        ),
        "merge": lambda: work.regrouping.merge(session, other, number, DISPATCHER),
        "withdraw": lambda: work.regrouping.withdraw(
            session, number, number.removesuffix("-1"), DISPATCHER
        ),
    }[name]()


def _reopen(office: Office, session: Session, number: str) -> None:
    tickets = office.casework.tickets
    for target in (TicketState.FOLLOWING_UP, TicketState.REOPENED, TicketState.DISPATCHING):
        tickets.advance(session, number, target, DISPATCHER)


def _walk(office: Office, path: list[Step]) -> None:
    office.clock.moment = MONDAY
    number = office.register(kind=AppealKind.INQUIRY).ticket_no
    other = office.register(kind=AppealKind.INQUIRY).ticket_no
    for step in path:
        if step[0] == "wait":
            office.clock.moment += timedelta(hours=17 * step[2])
        elif step[0] == "tick":
            office.tick.run_once()
        else:
            try:
                office.do(lambda s, step=step: _act(office, s, number, other, step))
            except HotlineError as refusal:
                assert refusal.status_code in {404, 409, 422}  # noqa: PT017 -- many are refused
    office.tick.run_once()
    with office.database.reading() as session:
        for ticket_no in (number, other):
            _check(office, session, ticket_no)
            assert list(verify(session, ticket_no)) == []


def _check(office: Office, session: Session, number: str) -> None:
    """What must hold of one ticket after a tick, found without the code that made it so."""
    now = office.clock.now()
    ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == number)).one()
    (standing,) = standings(session, [ticket])
    own = SupervisionCard.ticket_id == ticket.id
    cards = session.scalars(select(SupervisionCard).where(own)).all()
    live = [one for one in cards if one.state in LIVE]
    running = {
        (one.clock, one.assignment_id): one for one in running_clocks(ticket, standing.shares)
    }
    for card in live:
        if ticket.paused_at is None:
            clock = running[(card.clock, card.assignment_id)]
            assert card.due_at == clock.due_at
            assert (card.colour is CardColour.RED) == (now > card.due_at)
    # One live card a clock, and none missing that is overdue.
    keys = [(one.clock, one.assignment_id) for one in live]
    assert len(keys) == len(set(keys))
    overdue = {key for key, one in running.items() if now > one.due_at}
    assert overdue <= {key for key, one in zip(keys, live, strict=True) if one.colour == "red"}
    if ticket.round > 1:
        assert LimitClock.RESOLVE not in {clock for clock, _ in running}
    for table in (SupervisionCard, Reminder, SupervisionOrder):
        _check_records(session, table, ticket)
    if ticket.next_supervision_at is not None:
        assert ticket.next_supervision_at > now


def _check_records(session: Session, table: type, ticket: Ticket) -> None:
    for one in session.scalars(select(table).where(table.ticket_id == ticket.id)):
        assert (one.state is RecordState.CLOSED) == (one.close_reason is not None)
        assert (one.state in LIVE) == (one.closed_at is None) or table is Reminder
        if one.state is RecordState.ANSWERED:
            assert one.reply
            assert one.replied_at
        if one.state is RecordState.OPEN and table is not SupervisionCard:
            assert ticket.state not in OVER
        if table is SupervisionOrder and one.state is RecordState.APPROVED:
            assert one.decided_by
        if table is SupervisionOrder and one.cause is not OrderCause.MANUAL:
            assert one.actor == "system"
        if one.close_reason is CloseReason.TURNED_RED:
            assert table is SupervisionCard


def test_no_sequence_of_calls_reaches_an_illegal_state(office: Office) -> None:
    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps)
    @example(ANSWERED)
    @example(PASSED_ON)
    def walk(path: list[Step]) -> None:
        _walk(office, path)

    walk()
    assert {one.colour for one in office.rows(SupervisionCard)} == set(CardColour)
    assert {one.state for one in office.orders()} >= {RecordState.ANSWERED, RecordState.CLOSED}
    assert {one.state for one in office.reminders()} >= {RecordState.ANSWERED}
