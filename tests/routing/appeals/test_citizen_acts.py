"""What a citizen does to an appeal later on; on SQLite and on PostgreSQL."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.appeals.citizen_acts import CitizenActs
from routing.appeals.errors import (
    AppealOverError,
    NothingAddedError,
    ProgressNotFoundError,
    TooLateToWithdrawError,
)
from routing.appeals.schemas import RegisteredAppeal
from routing.attachments.errors import FileRefusedError
from routing.attachments.inspection import Inspected, inspected
from routing.attachments.service import Attachments
from routing.attachments.store import FileStore
from routing.relay.schemas import MessageView
from routing.relay.views import department_relay
from routing.tickets.errors import RelayOnlyError
from routing.tickets.listing import TicketReach
from routing.tickets.models import Ticket
from routing.tickets.repository import events_of
from routing.tickets.states import TicketState
from routing.tickets.views import ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

KEY = "ip:192.0.2.7"
NAME, PHONE = "钱小满", "13987654321"
ASKED = "店招是什么颜色？"
HANDLED = "占道烧烤店已于11月24日撤除桌椅，罚款500元。"
ALL, CG = TicketReach(everything=True), TicketReach(department="CG")
S = TicketState


class Citizens:
    """Acts, each in a transaction of its own."""

    def __init__(
        self, database: Database, casework: Casework, acts: CitizenActs, kept: Attachments
    ) -> None:
        self.database, self.casework, self.acts, self.kept = database, casework, acts, kept

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.database.transaction() as session:
            return act(session)

    def withdraw(self, appeal: RegisteredAppeal) -> str:
        number, code = appeal.number, appeal.query_code
        return self.do(lambda s: self.acts.withdraw(s, number, code, KEY))

    def say(self, appeal: RegisteredAppeal, text: str) -> None:
        number, code = appeal.number, appeal.query_code
        self.do(lambda s: self.acts.add_words(s, number, code, KEY, text))

    def show(self, appeal: RegisteredAppeal, kept: Inspected) -> None:
        asked = (appeal.number, appeal.query_code, KEY)
        self.do(lambda s: self.acts.add_photo(s, *asked, "现场.jpg", kept))

    def state(self, ticket_no: str) -> TicketState:
        with self.database.reading() as session:
            return session.scalars(select(Ticket.state).where(Ticket.ticket_no == ticket_no)).one()

    def seen(self, appeal: RegisteredAppeal) -> Any:
        number, code = appeal.number, appeal.query_code
        return self.do(lambda s: self.casework.appeals.progress(s, number, code, KEY))

    def relayed(self, ticket_no: str) -> tuple[MessageView, ...]:
        with self.database.reading() as session:
            return department_relay(session, ticket_no, "CG").messages

    def await_citizen(self, ticket_no: str) -> None:
        tickets, contacting = self.casework.tickets, self.casework.contacting
        self.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
        self.do(lambda s: contacting.ask_citizen(s, ticket_no, CITY_MANAGEMENT, ASKED))


@pytest.fixture
def citizens(database: Database, casework: Casework, clock: FixedClock, tmp_path: Path) -> Citizens:
    kept = Attachments(clock, casework.tickets, FileStore(tmp_path))
    acts = CitizenActs(
        casework.appeals, casework.tickets, casework.regrouping, kept, casework.relay
    )
    return Citizens(database, casework, acts, kept)


@pytest.fixture
def photo() -> Inspected:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "JPEG")
    return inspected(written.getvalue())


def test_withdrawing_one_appeal_of_a_merged_ticket_leaves_the_other(
    citizens: Citizens, register: Register
) -> None:
    one, other = register(), register()
    regrouping = citizens.casework.regrouping
    citizens.do(lambda s: regrouping.merge(s, other.ticket_no, one.ticket_no, DISPATCHER))

    assert citizens.seen(other).may_withdraw
    citizens.withdraw(other)
    assert citizens.state(one.ticket_no) is S.DISPATCHED
    assert (citizens.seen(one).state, citizens.seen(other).state) == (S.DISPATCHED, S.WITHDRAWN)
    assert not citizens.seen(other).may_withdraw
    with pytest.raises(TooLateToWithdrawError):
        citizens.withdraw(other)
    citizens.withdraw(one)
    assert citizens.state(one.ticket_no) is S.WITHDRAWN


def test_what_was_answered_is_not_withdrawn(citizens: Citizens, register: Register) -> None:
    appeal, tickets = register(), citizens.casework.tickets
    citizens.do(lambda s: tickets.accept(s, appeal.ticket_no, CITY_MANAGEMENT))
    citizens.do(lambda s: tickets.reply(s, appeal.ticket_no, CITY_MANAGEMENT, HANDLED))

    with pytest.raises(TooLateToWithdrawError):
        citizens.withdraw(appeal)
    assert not citizens.seen(appeal).may_withdraw


def test_the_digits_of_a_phone_open_the_progress_and_nothing_more(
    citizens: Citizens, register: Register
) -> None:
    appeal, acts = register(), citizens.acts
    appeals = citizens.casework.appeals
    citizens.do(lambda s: appeals.progress(s, appeal.number, "5678", KEY))

    for act in (
        lambda s: acts.withdraw(s, appeal.number, "5678", KEY),
        lambda s: acts.add_words(s, appeal.number, "5678", KEY, "补充"),
        lambda s: acts.may_add(s, appeal.number, "5678", KEY),
    ):
        with pytest.raises(ProgressNotFoundError):
            citizens.do(act)
    assert citizens.state(appeal.ticket_no) is S.DISPATCHED


def test_words_reach_the_department_masked_and_end_the_wait(
    citizens: Citizens, register: Register
) -> None:
    appeal = register()
    citizens.await_citizen(appeal.ticket_no)
    with pytest.raises(NothingAddedError):
        citizens.say(appeal, "  ")
    citizens.say(appeal, f"电话{PHONE}，招牌是红色的")

    assert citizens.state(appeal.ticket_no) is S.HANDLING
    with citizens.database.reading() as session:
        view = ticket_view(session, appeal.ticket_no, "CG")
    said = [one.data["said"] for one in view.timeline if one.kind == "supplemented"]
    assert len(said) == 1
    assert "招牌是红色的" in said[0]
    assert PHONE not in repr(view)


def test_words_of_a_protected_citizen_reach_the_department_as_a_dispatcher_confirms_them(
    citizens: Citizens, register: Register
) -> None:
    appeal, casework = register(confidential=True, name=NAME, phone=PHONE), citizens.casework
    number = appeal.ticket_no
    citizens.do(lambda s: casework.tickets.accept(s, number, CITY_MANAGEMENT))
    with pytest.raises(NothingAddedError):
        citizens.say(appeal, "  ")
    citizens.say(appeal, f"我叫{NAME}，电话{PHONE}，招牌是红色的")

    assert [one.text for one in citizens.relayed(number)] == [None]
    with citizens.database.reading() as session:
        (waiting,) = casework.redactions.waiting(session)
    assert waiting.message_id is not None
    assert "招牌是红色的" in waiting.text
    assert NAME not in waiting.text
    assert PHONE[-4:] not in waiting.text

    key = waiting.message_id
    citizens.do(lambda s: casework.relay.confirm(s, number, key, "招牌是红色的", DISPATCHER))

    assert [one.text for one in citizens.relayed(number)] == ["招牌是红色的"]
    with citizens.database.reading() as session:
        seen = repr(ticket_view(session, number, "CG"))
    assert NAME not in seen
    assert PHONE[-4:] not in seen


def test_a_protected_citizen_is_asked_through_the_relay_alone(
    citizens: Citizens, register: Register
) -> None:
    appeal = register(confidential=True, name=NAME, phone=PHONE)
    with pytest.raises(RelayOnlyError):
        citizens.await_citizen(appeal.ticket_no)

    assert citizens.state(appeal.ticket_no) is S.ACCEPTED
    assert citizens.seen(appeal).asked is None


def test_a_photo_of_a_protected_appeal_waits_for_clearance(
    citizens: Citizens, register: Register, photo: Inspected
) -> None:
    appeal = register(confidential=True, name=NAME, phone=PHONE)
    number, casework = appeal.ticket_no, citizens.casework
    citizens.do(lambda s: casework.tickets.accept(s, number, CITY_MANAGEMENT))
    citizens.do(lambda s: casework.relay.ask(s, number, CITY_MANAGEMENT, ASKED, pause=True))
    assert citizens.state(number) is S.AWAITING_CITIZEN
    citizens.show(appeal, photo)

    assert citizens.state(number) is S.HANDLING
    with citizens.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert [one.kind for one in events_of(session, ticket.id)][-2:] == ["attached", "handling"]
        (kept,) = citizens.kept.listed(session, number, ALL)
        assert citizens.kept.listed(session, number, CG) == []
    citizens.do(lambda s: citizens.kept.clear(s, number, kept.id, (), DISPATCHER))
    with citizens.database.reading() as session:
        assert [one.name for one in citizens.kept.listed(session, number, CG)] == ["附件1.jpg"]


def test_a_photo_is_added_to_an_ordinary_appeal_until_it_is_settled(
    citizens: Citizens, register: Register, photo: Inspected
) -> None:
    appeal = register()
    citizens.show(appeal, photo)
    with citizens.database.reading() as session:
        shown = citizens.kept.listed(session, appeal.ticket_no, CG)
    assert [one.name for one in shown] == ["现场.jpg"]
    with pytest.raises(FileRefusedError):
        citizens.show(appeal, Inspected(b"%PDF-1.7 %%EOF", "application/pdf"))
    citizens.withdraw(appeal)

    with pytest.raises(AppealOverError):
        citizens.show(appeal, photo)
    with pytest.raises(AppealOverError):
        citizens.say(appeal, "再补充一句")
