"""Declined, archived, waited for: what a ticket does beside a reply; on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from foundation.events.models import OutboxMessage
from routing.appeals.announcing import NOTICE
from routing.appeals.assembly import Casework
from routing.tickets.archiving import Archiver
from routing.tickets.errors import (
    ArchivedError,
    ArchiveRefusedError,
    DeclineIncompleteError,
    IllegalTransitionError,
    LeadOnlyError,
    NothingAskedError,
)
from routing.tickets.listing import TicketFilter, TicketReach, listed
from routing.tickets.models import Ticket
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

ALL = TicketReach(everything=True)
HANDLED = "占道烧烤店已于11月24日撤除桌椅，罚款500元。"
S = TicketState


class Book:
    """Acts, each in a transaction of its own."""

    def __init__(self, database: Database, casework: Casework, register: Register) -> None:
        self.database, self.casework, self.register = database, casework, register

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.database.transaction() as session:
            return act(session)

    def ticket(self, ticket_no: str) -> Ticket:
        with self.database.reading() as session:
            return session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()

    def told(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            query = select(OutboxMessage).where(OutboxMessage.topic == NOTICE)
            found = session.scalars(query.order_by(OutboxMessage.id))
            return [(one.payload["number"], one.payload["text"]) for one in found]

    def waiting(self) -> str:
        """A ticket that came back to the dispatcher."""
        number = self.register().ticket_no
        tickets = self.casework.tickets
        self.do(lambda s: tickets.send_back(s, number, CITY_MANAGEMENT, "不属", "权责清单"))
        return number

    def resolved(self) -> str:
        number, tickets = self.register().ticket_no, self.casework.tickets
        self.do(lambda s: tickets.accept(s, number, CITY_MANAGEMENT))
        self.do(lambda s: tickets.reply(s, number, CITY_MANAGEMENT, HANDLED))
        for target in (S.FOLLOWING_UP, S.RESOLVED):
            self.do(lambda s, to=target: tickets.advance(s, number, to, DISPATCHER))
        return number


@pytest.fixture
def book(database: Database, casework: Casework, register: Register) -> Book:
    return Book(database, casework, register)


def test_a_declined_ticket_names_the_right_channel_to_its_citizen(book: Book) -> None:
    appeal = book.register()
    number, closing = appeal.ticket_no, book.casework.closing
    tickets = book.casework.tickets
    book.do(lambda s: tickets.send_back(s, number, CITY_MANAGEMENT, "已在诉讼", "权责清单"))
    book.do(lambda s: closing.decline(s, number, "XFY", "已进入诉讼程序", DISPATCHER))

    told = "这件事热线不能受理：已进入诉讼程序\n请您向测试市人民法院反映。"
    assert book.told() == [(appeal.number, told)]
    with book.database.transaction() as session:
        code = appeal.query_code
        seen = book.casework.appeals.progress(session, appeal.number, code, "ip:1")
        assert list(verify(session, number)) == []
    assert (seen.state, seen.department, seen.declined_because) == (
        S.DECLINED,
        "测试市人民法院",
        "已进入诉讼程序",
    )


def test_declining_needs_reason_channel_and_a_ticket_that_waits(book: Book) -> None:
    waits, closing = book.waiting(), book.casework.closing
    dispatched = book.register().ticket_no
    for channel, reason in (("XFY", " "), ("NOBODY", "已在诉讼")):
        with pytest.raises(DeclineIncompleteError):
            book.do(lambda s, c=channel, r=reason: closing.decline(s, waits, c, r, DISPATCHER))
    with pytest.raises(IllegalTransitionError):
        book.do(lambda s: closing.decline(s, dispatched, "XFY", "已在诉讼", DISPATCHER))
    assert book.told() == []


def test_who_disagreed_with_a_reply_is_not_declined(book: Book) -> None:
    number, tickets, closing = book.resolved(), book.casework.tickets, book.casework.closing
    for target in (S.REOPENED, S.DISPATCHING):
        book.do(lambda s, to=target: tickets.advance(s, number, to, DISPATCHER))

    with pytest.raises(IllegalTransitionError):
        book.do(lambda s: closing.decline(s, number, "XFY", "已在诉讼", DISPATCHER))


def test_an_archived_ticket_is_read_and_found_and_changed_by_nobody(book: Book) -> None:
    number, casework = book.resolved(), book.casework
    book.do(lambda s: casework.closing.archive(s, number, DISPATCHER))

    acts: list[Callable[[Session], object]] = [
        lambda s: casework.closing.archive(s, number, DISPATCHER),
        lambda s: casework.tickets.advance(s, number, S.REOPENED, DISPATCHER),
        lambda s: casework.tickets.reply(s, number, CITY_MANAGEMENT, HANDLED),
        lambda s: casework.supervision.order(s, number, DISPATCHER, "说明"),
        lambda s: casework.tickets.note(s, book.ticket(number), "attached", DISPATCHER, {}),
    ]
    for act in acts:
        with pytest.raises(HotlineError) as refused:
            book.do(act)
        assert refused.value.status_code == 409
    assert isinstance(refused.value, ArchivedError)
    with book.database.reading() as session:
        found = listed(session, ALL, TicketFilter(states=(S.ARCHIVED,)))
        assert [one.ticket_no for one in found] == [number]
        assert list(verify(session, number)) == []


def test_what_was_resolved_long_ago_is_archived_but_for_an_unsettled_order(
    book: Book, clock: FixedClock
) -> None:
    watched = book.resolved()
    order = book.do(lambda s: book.casework.supervision.order(s, watched, DISPATCHER, "说明原因"))
    old = [book.resolved() for _ in range(3)]
    archiver = Archiver(book.database, clock, book.casework.closing, after_days=30, batch=2)
    clock.moment += timedelta(days=29)
    young = book.resolved()
    early = archiver.run_once()
    clock.moment += timedelta(days=1, seconds=1)

    assert (early, archiver.run_once(), archiver.run_once()) == (0, 3, 0)
    states = {number: book.ticket(number).state for number in (*old, watched, young)}
    assert states == dict.fromkeys(old, S.ARCHIVED) | {watched: S.RESOLVED, young: S.RESOLVED}
    with pytest.raises(ArchiveRefusedError):
        book.do(lambda s: book.casework.closing.archive(s, watched, DISPATCHER))
    cancel = book.casework.supervision.cancel_order
    book.do(lambda s: cancel(s, watched, order.id, DISPATCHER, None))
    assert archiver.run_once() == 1
    assert Archiver(book.database, clock, book.casework.closing, after_days=0).run_once() == 0


def test_the_citizen_hears_what_is_waited_for_and_the_clock_stands(
    book: Book, clock: FixedClock
) -> None:
    appeal = book.register()
    number, tickets = appeal.ticket_no, book.casework.tickets
    contacting = book.casework.contacting
    with pytest.raises(IllegalTransitionError):
        book.do(lambda s: contacting.ask_citizen(s, number, CITY_MANAGEMENT, "请补门牌号"))
    book.do(lambda s: tickets.accept(s, number, CITY_MANAGEMENT))
    with pytest.raises(NothingAskedError):
        book.do(lambda s: contacting.ask_citizen(s, number, CITY_MANAGEMENT, " "))
    book.do(lambda s: contacting.ask_citizen(s, number, CITY_MANAGEMENT, "请补门牌号"))

    assert (book.ticket(number).state, book.ticket(number).paused_at) == (
        S.AWAITING_CITIZEN,
        clock.moment,
    )
    assert [one for one, _ in book.told()] == [appeal.number]
    assert book.told()[0][1].startswith("承办单位需要您补充：请补门牌号\n")
    with book.database.transaction() as session:
        seen = book.casework.appeals.progress(session, appeal.number, appeal.query_code, "ip:1")
    assert seen.asked == "请补门牌号"
    book.do(lambda s: tickets.start_handling(s, number, CITY_MANAGEMENT))
    assert book.ticket(number).paused_at is None


def test_only_the_lead_waits_for_the_citizen(book: Book) -> None:
    number = book.waiting()
    tickets, contacting = book.casework.tickets, book.casework.contacting
    book.do(lambda s: tickets.dispatch(s, number, "GA", DISPATCHER, ("CG",)))

    with pytest.raises(LeadOnlyError):
        book.do(lambda s: contacting.ask_citizen(s, number, CITY_MANAGEMENT, "请补照片"))
