"""What an operator does at a citizen's word; on SQLite and on PostgreSQL."""

import io
from collections.abc import Callable
from dataclasses import dataclass
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
from routing.appeals.citizens_word import CitizensWord, OpenedBy
from routing.appeals.errors import (
    ProgressLockedError,
    ProgressNotFoundError,
    TooLateToWithdrawError,
    WithdrawalReasonMissingError,
)
from routing.appeals.schemas import RegisteredAppeal
from routing.attachments.errors import FileRefusedError
from routing.attachments.inspection import inspected
from routing.attachments.models import Attachment
from routing.attachments.service import Attachments
from routing.attachments.store import FileStore
from routing.tickets.models import TicketEvent
from routing.tickets.schemas import Actor, AskedBy
from routing.tickets.states import TicketState
from routing.tickets.views import ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, Register

OPERATOR = Actor("user:operator")
NAME, PHONE = "钱小满", "13987654321"


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator at work, each act in a transaction of its own."""

    database: Database
    casework: Casework
    word: CitizensWord

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.database.transaction() as session:
            return act(session)

    def withdraw(self, by: OpenedBy, reason: str, asked_by: AskedBy = AskedBy.CITIZEN) -> str:
        done: str = self.do(lambda s: self.word.withdraw(s, by, asked_by, reason))
        return done

    def events(self, kind: str) -> list[TicketEvent]:
        with self.database.reading() as session:
            found = session.scalars(select(TicketEvent).where(TicketEvent.kind == kind))
            return list(found)


@pytest.fixture
def desk(database: Database, casework: Casework, clock: FixedClock, tmp_path: Path) -> Desk:
    kept = Attachments(clock, casework.tickets, FileStore(tmp_path))
    acts = CitizenActs(
        casework.appeals, casework.tickets, casework.regrouping, kept, casework.relay
    )
    return Desk(database, casework, CitizensWord(casework.appeals, acts))


def _opened(appeal: RegisteredAppeal) -> OpenedBy:
    return OpenedBy(appeal.number, appeal.query_code, OPERATOR)


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "JPEG")
    return written.getvalue()


def test_a_withdrawal_keeps_who_asked_and_why_from_the_department(
    desk: Desk, register: Register
) -> None:
    appeal = register(confidential=True, name=NAME, phone=PHONE)
    with pytest.raises(WithdrawalReasonMissingError):
        desk.withdraw(_opened(appeal), "和解")

    said = f"{NAME}说已经和解，电话{PHONE}"
    assert desk.withdraw(_opened(appeal), said, AskedBy.FAMILY) == appeal.number

    (event,) = desk.events("withdrawn")
    assert (event.actor, event.data["asked_by"]) == (OPERATOR.ref, "family")
    assert event.data["note"].startswith("诉求人的家人要求撤回：")
    assert "已经和解" in event.data["note"]
    assert NAME not in event.data["note"]
    assert PHONE not in event.data["note"]
    with desk.database.reading() as session:
        timeline = ticket_view(session, appeal.ticket_no, "CG").timeline
    assert timeline[-1].kind == "withdrawn"
    assert timeline[-1].data == {}
    assert desk.do(lambda s: desk.word.look(s, _opened(appeal))).state is TicketState.WITHDRAWN
    with pytest.raises(TooLateToWithdrawError):
        desk.withdraw(_opened(appeal), "已经和解")


def test_only_the_query_code_opens_an_appeal_and_wrong_ones_lock_the_operator(
    desk: Desk, register: Register
) -> None:
    one, other = register(), register()
    for number in (one.number, one.number, "20250101-000001", "20250101-000002", one.number):
        by_phone = OpenedBy(number, "5678", OPERATOR)
        with pytest.raises(ProgressNotFoundError):
            desk.do(lambda s, by=by_phone: desk.word.look(s, by))

    with pytest.raises(ProgressLockedError):
        desk.withdraw(_opened(other), "已经和解")
    elsewhere = OpenedBy(other.number, other.query_code, Actor("user:other"))
    assert desk.withdraw(elsewhere, "已经和解") == other.number
    assert [event.actor for event in desk.events("withdrawn")] == ["user:other"]


def test_a_photo_is_the_citizens_and_ends_the_wait_for_it(desk: Desk, register: Register) -> None:
    appeal, casework = register(), desk.casework
    number = appeal.ticket_no
    desk.do(lambda s: casework.tickets.accept(s, number, CITY_MANAGEMENT))
    desk.do(lambda s: casework.contacting.ask_citizen(s, number, CITY_MANAGEMENT, "请补照片"))
    by = _opened(appeal)
    assert desk.do(lambda s: desk.word.look(s, by)).may_add

    desk.do(lambda s: desk.word.add_photo(s, by, "现场.jpg", inspected(_picture())))

    with desk.database.reading() as session:
        kept = session.scalars(select(Attachment)).one()
        assert ticket_view(session, number, "CG").row.state is TicketState.HANDLING
    assert (kept.added_by, kept.name, kept.media_type) == (OPERATOR.ref, "现场.jpg", "image/jpeg")
    assert kept.appeal_id is not None  # a citizen's file, not the hotline's own
    paper = inspected(b"%PDF-1.4\n%%EOF")
    with pytest.raises(FileRefusedError):
        desk.do(lambda s: desk.word.add_photo(s, by, "现场.jpg", paper))
