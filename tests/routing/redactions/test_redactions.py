"""What departments read of an informant is what a dispatcher confirmed; on both databases."""

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from routing.appeals.assembly import Casework
from routing.appeals.schemas import RegisteredAppeal
from routing.appeals.shielding import HIDDEN, PENDING
from routing.attachments.service import Attachments
from routing.attachments.store import FileStore
from routing.finding.models import TicketDocument
from routing.redactions.errors import (
    NothingToRedactError,
    PutBackWithoutReasonError,
    RedactionNotConfirmedError,
)
from routing.redactions.marking import Piece, pieces, put_back
from routing.redactions.schemas import Wording
from routing.schemas import AppealKind
from routing.tickets.errors import MergeRefusedError, StaleVersionError
from routing.tickets.listing import TicketReach, staff_ticket
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.regrouping import NewPart
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import queue_rows, ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

NAME, PHONE = "钱小满", "13987654321"
REPORT = {
    "kind": AppealKind.IRREGULARITY_REPORT,
    "text": f"我叫{NAME}，我是该店员工，烧烤店夜里偷排油烟，只有后厨三个人知道，电话{PHONE}",
    "name": NAME,
    "phone": PHONE,
    "place": "文渊阁小区楼下",
}
# What the shield did not see, and a dispatcher does.
SEEN_THROUGH = "只有后厨三个人知道"
CONFIRMED = "烧烤店夜里偷排油烟"


@pytest.fixture
def report(register: Register) -> RegisteredAppeal:
    return register(waits=True, **REPORT)


def _confirm(
    database: Database, casework: Casework, report: RegisteredAppeal, text: str, reason: str = ""
) -> None:
    with database.transaction() as session:
        wording = Wording(text, "文渊阁小区楼下", "半夜")
        casework.redactions.confirm(
            session, report.ticket_no, report.number, wording, DISPATCHER, reason
        )


def _dispatch(database: Database, casework: Casework, ticket_no: str) -> None:
    with database.transaction() as session:
        casework.tickets.dispatch(session, ticket_no, "CG", DISPATCHER)


def _everything(session: Session, ticket_no: str) -> str:
    """Return whatever a handling role, a search, a notice or an export is made from."""
    ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()
    tables = ("tickets", "ticket_events", "ticket_documents", "outbox_messages")
    rows = [repr(session.connection().exec_driver_sql(f"SELECT * FROM {t}").all()) for t in tables]
    hotline = repr(staff_ticket(session, ticket_no, TicketReach(everything=True)))
    return "".join((*rows, hotline, repr(queue_rows(session)), ticket.text))


def test_nothing_is_read_of_an_informant_before_a_dispatcher_confirms(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    assert (report.state, report.department_code) == (TicketState.DISPATCHING, None)
    with database.reading() as session:
        (row,) = queue_rows(session)
        seen = _everything(session, report.ticket_no)
        (view,) = casework.redactions.views(session, report.ticket_no)
    assert (row.text, row.title, row.place) == (PENDING, PENDING, None)
    # It could have been there: the proposal holds it.
    assert SEEN_THROUGH in view.wording.text
    for words in (SEEN_THROUGH, CONFIRMED, NAME, PHONE):
        assert words not in seen
    assert view.waiting
    assert [one.removed for one in view.pieces].count(True) == 3

    with pytest.raises(RedactionNotConfirmedError) as refused:
        _dispatch(database, casework, report.ticket_no)
    assert refused.value.status_code == 409
    assert "请先核对并确认遮盖稿" in refused.value.user_message


def test_the_confirmed_version_and_no_other_reaches_the_department(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    _confirm(database, casework, report, CONFIRMED)
    _dispatch(database, casework, report.ticket_no)

    with database.reading() as session:
        view = ticket_view(session, report.ticket_no, "CG")
        seen = _everything(session, report.ticket_no) + repr(view)
        events = session.scalars(select(TicketEvent).order_by(TicketEvent.seq)).all()
        searched = session.scalars(select(TicketDocument.words)).all()
        assert list(verify(session, report.ticket_no, {})) == []
    assert (view.text, view.row.title, view.asked) == (CONFIRMED, CONFIRMED, ())
    for words in (SEEN_THROUGH, NAME, PHONE, "员工"):
        assert words not in seen
    confirmed = next(one for one in events if one.kind == "redaction_confirmed")
    assert confirmed.actor == DISPATCHER.ref
    assert confirmed.data == {"appeal": report.number, "version": 1, "removed": 0}
    assert len(searched) == 2
    assert all("偷排" in words for words in searched)


def test_putting_something_back_needs_a_reason_and_never_brings_the_vault(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    written = f"{CONFIRMED}，{NAME}在二号灶台旁拍到，电话{PHONE}"
    with pytest.raises(PutBackWithoutReasonError):
        _confirm(database, casework, report, written)
    _confirm(database, casework, report, written, "不写灶台查不到位置")
    _dispatch(database, casework, report.ticket_no)

    with database.reading() as session:
        view = ticket_view(session, report.ticket_no, "CG")
        event = session.scalars(
            select(TicketEvent).where(TicketEvent.kind == "redaction_confirmed")
        ).one()
    assert view.text == f"{CONFIRMED}，{HIDDEN}在二号灶台旁拍到，电话[电话1]"
    assert event.data["why"] == "不写灶台查不到位置"
    assert "灶台查不到" not in repr(view.timeline)  # the hotline's, not the department's


def test_a_later_edit_is_a_new_version_and_both_are_kept(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    _confirm(database, casework, report, f"{CONFIRMED}，{SEEN_THROUGH}")
    _dispatch(database, casework, report.ticket_no)
    with database.reading() as session:
        stale = ticket_view(session, report.ticket_no, "CG").row.version
    _confirm(database, casework, report, CONFIRMED)

    with database.reading() as session:
        (view,) = casework.redactions.views(session, report.ticket_no)
        shown = ticket_view(session, report.ticket_no, "CG")
    assert (view.version, view.waiting) == (2, False)
    assert [one.confirmed_by for one in view.versions] == [None, DISPATCHER.ref, DISPATCHER.ref]
    assert shown.text == CONFIRMED
    number, shorter = report.ticket_no, Wording("油烟")
    with pytest.raises(StaleVersionError), database.transaction() as session:
        casework.redactions.confirm(
            session, number, report.number, shorter, DISPATCHER, version=stale
        )


def test_every_picture_is_shown_or_withheld_before_the_dispatch(
    report: RegisteredAppeal,
    database: Database,
    casework: Casework,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    written = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 30, 30)).save(written, "PNG")
    files = Attachments(clock, casework.tickets, FileStore(tmp_path))
    number, department = report.ticket_no, TicketReach(department="CG")
    with database.transaction() as session:
        kept = [
            files.add(session, number, f"{at}.png", written.getvalue(), DISPATCHER).id
            for at in range(2)
        ]
    _confirm(database, casework, report, CONFIRMED)
    with pytest.raises(RedactionNotConfirmedError, match="2 attachments"):
        _dispatch(database, casework, number)
    with database.transaction() as session:
        files.clear(session, number, kept[0], (), DISPATCHER)
        files.withhold(session, number, kept[1], DISPATCHER)
    _dispatch(database, casework, number)

    with database.reading() as session:
        assert [one.id for one in files.listed(session, number, department)] == [kept[0]]
    with database.transaction() as session:
        files.withhold(session, number, kept[0], DISPATCHER)
    with database.reading() as session:
        assert files.listed(session, number, department) == []


def test_a_merge_brings_no_unconfirmed_words_to_a_department(
    report: RegisteredAppeal, register: Register, database: Database, casework: Casework
) -> None:
    target = register(text="烧烤店占道")
    with database.transaction() as session:
        casework.regrouping.merge(session, report.ticket_no, target.ticket_no, DISPATCHER)
    with database.reading() as session:
        assert ticket_view(session, target.ticket_no, "CG").asked == (PENDING,)
        (waiting,) = casework.redactions.waiting(session)
    assert (waiting.ticket_no, waiting.number) == (target.ticket_no, report.number)

    with database.transaction() as session:
        wording = Wording(CONFIRMED, "文渊阁小区楼下", "半夜")
        number = target.ticket_no
        casework.redactions.confirm(session, number, report.number, wording, DISPATCHER)
    with database.reading() as session:
        view = ticket_view(session, target.ticket_no, "CG")
        assert (view.text, view.asked) == ("烧烤店占道", (CONFIRMED,))
        assert casework.redactions.waiting(session) == []
    with pytest.raises(NothingToRedactError), database.transaction() as session:
        casework.redactions.confirm(session, number, target.number, wording, DISPATCHER)


def test_a_part_split_off_is_confirmed_for_itself(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    _confirm(database, casework, report, f"{CONFIRMED}，{SEEN_THROUGH}")
    _dispatch(database, casework, report.ticket_no)
    split = casework.regrouping.split
    for part, error in (
        (NewPart(report.number, CONFIRMED, lead="GA"), RedactionNotConfirmedError),
        (NewPart(report.number, "厨师老周说的"), MergeRefusedError),
    ):
        with pytest.raises(error), database.transaction() as session:
            split(session, report.ticket_no, part, DISPATCHER)
    with database.transaction() as session:
        part = NewPart(report.number, SEEN_THROUGH, remaining=CONFIRMED)
        opened = split(session, report.ticket_no, part, DISPATCHER).ticket_no

    with database.reading() as session:
        (queued,) = queue_rows(session)
        waiting = [one.ticket_no for one in casework.redactions.waiting(session)]
        # What is confirmed stays until the shorter version is.
        assert SEEN_THROUGH in ticket_view(session, report.ticket_no, "CG").text
    assert (queued.ticket_no, queued.text) == (opened, PENDING)
    assert sorted(waiting) == sorted([opened, report.ticket_no])
    with pytest.raises(RedactionNotConfirmedError):
        _dispatch(database, casework, opened)


def test_messages_hold_no_words_of_an_informant(
    report: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    _confirm(database, casework, report, CONFIRMED)
    _dispatch(database, casework, report.ticket_no)
    with database.reading() as session:
        told = [one.payload for one in session.scalars(select(OutboxMessage))]
    assert told
    assert CONFIRMED not in repr(told)
    assert CITY_MANAGEMENT.department in repr(told)


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("甲说乙，丙说丁", "甲说乙", ""),
        ("甲说乙，丙说丁", f"甲说{HIDDEN}，丙说丁", ""),
        ("甲说乙，丙说丁", "甲说乙。丙说丁！", ""),
        ("甲说乙", "甲说乙丙", "丙"),
        (f"我叫{HIDDEN}，店里偷排", "我叫张三，店里偷排", "张三"),
        ("油烟很大", "油烟很大，住三楼", "住三楼"),
        ("字" * 4000, "词" * 4000, "词" * 4000),
    ],
)
def test_what_was_not_there_before_is_found(before: str, after: str, added: str) -> None:
    assert put_back([before, None], [after, None]) == added


def test_a_text_is_cut_at_what_was_taken_out() -> None:
    assert pieces(f"我叫{HIDDEN}，电话[电话1]") == (
        Piece("我叫", removed=False),
        Piece(HIDDEN, removed=True),
        Piece("，电话", removed=False),
        Piece("[电话1]", removed=True),
    )
