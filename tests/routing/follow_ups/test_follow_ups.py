"""Contract of follow-ups; every test runs on SQLite and on PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from routing.appeals.assembly import Casework
from routing.appeals.models import AppealTicket
from routing.follow_ups.errors import (
    AppealNotOnTicketError,
    ContactKnownError,
    FollowUpDoneError,
    FollowUpIncompleteError,
    NotFollowingUpError,
)
from routing.follow_ups.schemas import AnsweredTicket, FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.follow_ups.views import ASKED, answered_rows, answered_ticket
from routing.supervision.models import SupervisionOrder
from routing.ticket_clocks.errors import NothingToExtendError
from routing.tickets.errors import (
    IllegalTransitionError,
    StaleVersionError,
    TicketNotFoundError,
)
from routing.tickets.listing import TicketFilter, TicketReach, listed
from routing.tickets.models import Ticket
from routing.tickets.repository import events_of
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import queue_rows, ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

OPERATOR = Actor("user:operator")
CONTENT = FollowUpResult(FollowUpOutcome.REACHED, solved=True, satisfaction=Satisfaction.SATISFIED)
ANGRY = FollowUpResult(
    FollowUpOutcome.REACHED,
    solved=False,
    satisfaction=Satisfaction.DISSATISFIED,
    note="还在冒烟，打我电话13812345678",
)
UNREACHED = FollowUpResult(FollowUpOutcome.UNREACHED)
NO_CONTACT = FollowUpResult(FollowUpOutcome.NO_CONTACT)


@dataclass
class Desk:
    """An operator's acts, each in a transaction of its own."""

    database: Database
    casework: Casework
    follow_ups: FollowUpService
    register: Register

    def replied(self, **changed: object) -> str:
        return self.reply_to(self.register(**changed).ticket_no)

    def reply_to(self, ticket_no: str) -> str:
        tickets = self.casework.tickets
        self.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
        self.do(
            lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, "已约谈商户，油烟机已清洗。")
        )
        return ticket_no

    def begun(self, **changed: object) -> str:
        ticket_no = self.replied(**changed)
        self.do(lambda s: self.follow_ups.begin(s, ticket_no, OPERATOR))
        return ticket_no

    def begun_for_two(self) -> tuple[str, str]:
        """Return a ticket that answers two appeals, as after a merge, and the second's number."""
        ticket_no, other = self.begun(), self.register().number
        with self.database.transaction() as session:
            ids = {one.ticket_no: one.id for one in session.scalars(select(Ticket))}
            moved = select(AppealTicket).where(AppealTicket.ticket_id == ids[f"{other}-1"])
            session.scalars(moved).one().ticket_id = ids[ticket_no]
        return ticket_no, other

    def record(self, ticket_no: str, *results: FollowUpResult) -> None:
        number = ticket_no.removesuffix("-1")
        for result in results:
            with self.database.transaction() as session:
                self.follow_ups.record(session, ticket_no, number, result, OPERATOR)

    def do(self, act: Callable[[Session], object]) -> None:
        with self.database.transaction() as session:
            act(session)

    def state(self, ticket_no: str) -> TicketState:
        with self.database.reading() as session:
            return session.scalars(select(Ticket.state).where(Ticket.ticket_no == ticket_no)).one()

    def read(self, ticket_no: str) -> AnsweredTicket:
        with self.database.reading() as session:
            return answered_ticket(session, ticket_no)


@pytest.fixture
def desk(database: Database, casework: Casework, clock: FixedClock, register: Register) -> Desk:
    return Desk(database, casework, FollowUpService(clock, casework.tickets), register)


def test_content_citizen_resolves_the_ticket(desk: Desk) -> None:
    ticket_no = desk.begun()
    assert desk.state(ticket_no) is TicketState.FOLLOWING_UP

    desk.record(ticket_no, UNREACHED, CONTENT)

    assert desk.state(ticket_no) is TicketState.RESOLVED
    (appeal,) = desk.read(ticket_no).appeals
    assert (appeal.done, appeal.has_phone) == (True, True)
    assert [(one.outcome, one.satisfaction) for one in appeal.tries] == [
        (FollowUpOutcome.UNREACHED, None),
        (FollowUpOutcome.REACHED, Satisfaction.SATISFIED),
    ]
    labels = [one.label for one in desk.read(ticket_no).timeline]
    assert labels[-5:] == ["已答复", "回访中", "已回访", "已回访", "已办结"]
    with desk.database.reading() as session:
        assert list(verify(session, ticket_no)) == []


def test_dissatisfied_citizen_is_handled_once_more_and_then_it_is_resolved(desk: Desk) -> None:
    ticket_no = desk.begun()

    desk.record(ticket_no, ANGRY)

    with desk.database.reading() as session:
        assert [row.ticket_no for row in queue_rows(session)] == [ticket_no]
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()
        events = str([one.data for one in events_of(session, ticket.id)])
    assert "13812345678" not in events
    assert "还在冒烟" in events

    desk.do(lambda s: desk.casework.tickets.dispatch(s, ticket_no, "CG", DISPATCHER))
    desk.reply_to(ticket_no)
    desk.do(lambda s: desk.follow_ups.begin(s, ticket_no, OPERATOR))
    assert desk.read(ticket_no).row.round == 2
    assert desk.read(ticket_no).appeals[0].tries == ()
    desk.record(ticket_no, ANGRY)
    assert desk.state(ticket_no) is TicketState.RESOLVED


def test_citizen_who_is_never_reached_closes_after_three_tries(desk: Desk) -> None:
    ticket_no = desk.begun()

    desk.record(ticket_no, UNREACHED, UNREACHED)
    assert desk.state(ticket_no) is TicketState.FOLLOWING_UP
    desk.record(ticket_no, UNREACHED)

    assert desk.state(ticket_no) is TicketState.RESOLVED


def test_citizen_with_a_phone_is_called_first(desk: Desk) -> None:
    with_phone, anonymous = desk.begun(), desk.begun(name=None, phone=None)

    with pytest.raises(ContactKnownError):
        desk.record(with_phone, NO_CONTACT)
    desk.record(anonymous, NO_CONTACT)

    assert desk.state(anonymous) is TicketState.RESOLVED


def test_informants_contact_is_not_shown_to_the_operator(desk: Desk) -> None:
    open_one, shielded = desk.begun(), desk.begun(confidential=True)

    with desk.database.transaction() as session:
        shown = desk.follow_ups.contacts(session, open_one, OPERATOR)
        hidden = desk.follow_ups.contacts(session, shielded, OPERATOR)

    assert [(one.name, one.phone) for one in shown] == [("张晓明", "138 1234 5678")]
    assert hidden == []
    assert desk.read(shielded).appeals[0].has_phone is False
    assert desk.read(open_one).timeline[-1].label == "查看了联系方式"


def test_merged_ticket_waits_for_every_citizen(desk: Desk) -> None:
    ticket_no, other = desk.begun_for_two()

    desk.record(ticket_no, CONTENT)
    assert desk.state(ticket_no) is TicketState.FOLLOWING_UP
    desk.do(lambda s: desk.follow_ups.record(s, ticket_no, other, CONTENT, OPERATOR))

    assert desk.state(ticket_no) is TicketState.RESOLVED


def test_refusals_leave_the_ticket_as_it_is(desk: Desk) -> None:
    handled, replied, begun = desk.register().ticket_no, desk.replied(), desk.begun()
    number = begun.removesuffix("-1")
    service = desk.follow_ups
    incomplete = FollowUpResult(FollowUpOutcome.REACHED, solved=True)
    refused: list[tuple[type[HotlineError], Callable[[Session], object]]] = [
        (IllegalTransitionError, lambda s: service.begin(s, handled, OPERATOR)),
        (StaleVersionError, lambda s: service.begin(s, replied, OPERATOR, 1)),
        (TicketNotFoundError, lambda s: service.begin(s, "20261123-999999-1", OPERATOR)),
        (NotFollowingUpError, lambda s: service.contacts(s, replied, OPERATOR)),
        (NotFollowingUpError, lambda s: service.record(s, replied, number, CONTENT, OPERATOR)),
        (AppealNotOnTicketError, lambda s: service.record(s, begun, "x", CONTENT, OPERATOR)),
        (
            FollowUpIncompleteError,
            lambda s: service.record(s, begun, number, incomplete, OPERATOR),
        ),
    ]
    for error, act in refused:
        with pytest.raises(error):
            desk.do(act)

    states = [desk.state(one) for one in (handled, replied, begun)]
    assert states == [TicketState.DISPATCHED, TicketState.REPLIED, TicketState.FOLLOWING_UP]


def test_citizen_is_asked_once_a_round(desk: Desk) -> None:
    ticket_no, _ = desk.begun_for_two()
    desk.record(ticket_no, CONTENT)

    with pytest.raises(FollowUpDoneError):
        desk.record(ticket_no, CONTENT)


def test_list_shows_what_waits_and_pages(desk: Desk) -> None:
    first, second, done = desk.replied(), desk.begun(), desk.begun()
    unanswered = desk.register().ticket_no
    desk.record(done, CONTENT)

    with desk.database.reading() as session:
        rows, total = answered_rows(session)
        paged, _ = answered_rows(session, limit=1, offset=1)
        closed, closed_total = answered_rows(session, ASKED)
        with pytest.raises(TicketNotFoundError):
            answered_ticket(session, unanswered)

    assert ([row.ticket_no for row in rows], total) == ([first, second], 2)
    assert [row.ticket_no for row in paged] == [second]
    assert ([row.ticket_no for row in closed], closed_total) == ([done], 1)


def test_list_takes_as_many_queries_for_three_tickets_as_for_one(desk: Desk) -> None:
    desk.replied()
    one = _queries(desk.database)
    desk.replied()
    desk.begun()

    assert _queries(desk.database) == one


def _queries(database: Database) -> int:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.reading() as session:
            assert answered_rows(session)[0]
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in said)


def test_a_later_round_is_due_by_its_supervision_order(desk: Desk, clock: FixedClock) -> None:
    ticket_no = desk.begun()
    with desk.database.reading() as session:
        first = ticket_view(session, ticket_no, "CG").row.due_at
    clock.moment += timedelta(days=60)  # the first round's time is long over
    desk.record(ticket_no, ANGRY)
    with desk.database.reading() as session:
        waiting = queue_rows(session)[0]
    tickets = desk.casework.tickets
    desk.do(lambda s: tickets.dispatch(s, ticket_no, "CG", DISPATCHER))

    with desk.database.reading() as session:
        view = ticket_view(session, ticket_no, "CG")
        order = session.scalars(select(SupervisionOrder)).one()
        kept = session.scalars(select(Ticket.resolve_due_at)).one()
        listed_due = listed(session, TicketReach(everything=True))[0].due_at
        late = listed(
            session,
            TicketReach(everything=True),
            TicketFilter(running=True, due_before=clock.now()),
        )
    assert (waiting.ticket_no, waiting.due_at) == (ticket_no, None)
    assert view.row.due_at == listed_due == order.reply_due_at > clock.now()
    assert view.row.round == 2
    assert "督办单要求" in view.due_derivation[0]
    assert kept == first  # what the published figures are counted by
    assert late == []
    with desk.database.transaction() as session, pytest.raises(NothingToExtendError):
        desk.casework.extensions.request(session, ticket_no, CITY_MANAGEMENT, 5, "须检测")
