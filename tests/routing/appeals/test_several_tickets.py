"""One appeal that tells of issues for different bodies opens a ticket for each."""

import threading
from dataclasses import replace

from sqlalchemy import event, select

from foundation.database.session import Database
from foundation.text.personal_information import mask
from routing.appeals import repository
from routing.appeals.assembly import Casework
from routing.appeals.models import AppealTicket
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind, Outcome, Proposal, ProposedPart
from routing.tickets.events import chain_faults
from routing.tickets.listing import TicketReach, staff_ticket
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.regrouping import NewPart
from routing.tickets.repository import events_of
from routing.tickets.states import TicketState
from routing.tickets.views import queue_rows, ticket_view
from tests.casework_fixtures import APPEAL, DISPATCHER, PROPOSAL, READING, Register

FUMES, NOISE = "楼下烧烤店半夜占道冒油烟，联系13812345678", "楼上天天有人吵闹打架"
WHOLE = f"{FUMES}，另外{NOISE}"
_OTHER = replace(
    READING, kind=AppealKind.ASSISTANCE, category=None, place="文渊阁小区3栋", when="每天晚上"
)
PARTS = (
    ProposedPart(FUMES, PROPOSAL),
    ProposedPart(NOISE, replace(PROPOSAL, reading=_OTHER, lead="GA", urgent=True)),
)
SEVERAL: Proposal = replace(PROPOSAL, parts=PARTS)


def _tickets(database: Database, number: str) -> list[Ticket]:
    query = select(Ticket).where(Ticket.ticket_no.startswith(number)).order_by(Ticket.id)
    with database.reading() as session:
        return list(session.scalars(query))


def test_each_part_becomes_a_ticket_with_body_deadline_and_words_of_its_own(
    register: Register, database: Database, deadlines: DeadlineService
) -> None:
    registered = register(SEVERAL, text=WHOLE)

    first, second = _tickets(database, registered.number)
    assert [one.ticket_no for one in (first, second)] == [
        f"{registered.number}-1",
        f"{registered.number}-2",
    ]
    assert (first.text, second.text) == (mask(FUMES), NOISE)
    assert (first.place, second.place) == (READING.place, "文渊阁小区3栋")
    assert (first.kind, second.kind) == (AppealKind.COMPLAINT, AppealKind.ASSISTANCE)
    due = [deadlines.resolve_due(kind).due_at for kind in (first.kind, second.kind)]
    assert [first.resolve_due_at, second.resolve_due_at] == due
    assert (first.urgent, second.urgent) == (False, True)
    assert (first.state, second.state) == (TicketState.DISPATCHED, TicketState.DISPATCHED)
    assert registered.part == mask(FUMES)
    assert [(one.ticket_no, one.department_code, one.text) for one in registered.further] == [
        (second.ticket_no, "GA", NOISE)
    ]


def test_tickets_of_one_appeal_are_linked_in_timeline_and_on_the_desks(
    register: Register, database: Database
) -> None:
    undecided = replace(PARTS[1].proposal, needs_dispatcher=True)
    proposal = replace(PROPOSAL, parts=(PARTS[0], ProposedPart(NOISE, undecided)))
    number = register(proposal, text=WHOLE).number

    with database.reading() as session:
        (row,) = queue_rows(session)
        hotline = staff_ticket(session, f"{number}-1", TicketReach(everything=True))
        department = staff_ticket(session, f"{number}-1", TicketReach(department="CG"))
        view = ticket_view(session, f"{number}-1", "CG")
    assert [(one.ticket_no, one.lead) for one in row.siblings] == [(f"{number}-1", "CG")]
    assert [(one.ticket_no, one.state) for one in hotline.siblings] == [
        (f"{number}-2", TicketState.DISPATCHING)
    ]
    assert (department.siblings, department.proposal) == ((), None)
    linked = {entry.kind: entry.data for entry in hotline.events}["linked"]
    assert linked == {"appeal": number, "tickets": [f"{number}-2"]}
    assert {entry.kind: entry.data for entry in view.timeline}["linked"] == {}


def test_citizen_sees_all_tickets_of_the_appeal(
    register: Register, casework: Casework, database: Database
) -> None:
    registered = register(SEVERAL, text=WHOLE)

    with database.transaction() as session:
        code = registered.query_code
        view = casework.appeals.progress(session, registered.number, code, "ip:1")
    assert (view.ticket_no, view.part, view.department) == (
        f"{registered.number}-1",
        mask(FUMES),
        "测试市城市管理局",
    )
    (part,) = view.parts
    assert (part.ticket_no, part.text, part.department) == (
        f"{registered.number}-2",
        NOISE,
        "测试市公安局",
    )


def test_chains_of_all_tickets_verify(register: Register, database: Database) -> None:
    number = register(SEVERAL, text=WHOLE).number

    with database.reading() as session:
        kinds = session.execute(
            select(TicketEvent.ticket_id, TicketEvent.kind).order_by(
                TicketEvent.ticket_id, TicketEvent.seq
            )
        )
        said = [kind for _, kind in kinds]
        for ticket in _tickets(database, number):
            assert list(chain_faults(ticket, events_of(session, ticket.id))) == []
    assert said == ["registered", "linked", "dispatching", "dispatched"] * 2


def test_same_key_registers_all_tickets_once(
    casework: Casework, database: Database, deadlines: DeadlineService
) -> None:
    new = replace(APPEAL, text=WHOLE, idempotency_key="again")
    due = deadlines.resolve_due(new.kind)
    told = []

    def run() -> None:
        with database.transaction() as session:
            told.append(casework.appeals.register(session, new, SEVERAL, due))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 4
    assert len(set(told)) == 1
    assert len(_tickets(database, told[0].number)) == 2


def test_report_in_one_part_protects_the_whole_appeal(
    register: Register, database: Database
) -> None:
    report = replace(READING, kind=AppealKind.IRREGULARITY_REPORT, confidential=True)
    parts = (PARTS[0], ProposedPart("我是张晓明，店里卖假酒", replace(PROPOSAL, reading=report)))
    text = f"{FUMES}，另外我是张晓明，店里卖假酒"
    registered = register(replace(PROPOSAL, parts=parts), text=text)

    shown = _tickets(database, registered.number)
    assert [one.confidential for one in shown] == [True, True]
    assert all("张晓明" not in one.text and "1381234" not in one.text for one in shown)
    with database.reading() as session:
        appeal = repository.by_number(session, registered.number)
        assert appeal is not None
        assert repository.contact_of(session, appeal.id) is None


def test_part_for_another_channel_is_declined_and_the_other_goes_on(
    register: Register, database: Database
) -> None:
    court = replace(PROPOSAL, outcome=Outcome.DECLINE, lead="XFY")
    parts = (PARTS[0], ProposedPart("法院判得不公", court))
    registered = register(replace(PROPOSAL, parts=parts), text=f"{FUMES}，另外法院判得不公")

    states = [one.state for one in _tickets(database, registered.number)]
    assert states == [TicketState.DISPATCHED, TicketState.DECLINED]
    assert registered.further[0].department_name == "测试市人民法院"


def test_further_split_by_a_dispatcher_takes_the_next_number(
    register: Register, casework: Casework, database: Database
) -> None:
    number = register(SEVERAL, text=WHOLE).number

    with database.transaction() as session:
        opened = casework.regrouping.split(
            session, f"{number}-1", NewPart(number, "占道"), DISPATCHER
        )
        assert opened.ticket_no == f"{number}-3"
    with database.reading() as session:
        links = session.scalars(select(AppealTicket.part).order_by(AppealTicket.ticket_id)).all()
    assert links == [mask(FUMES), NOISE, "占道"]


def test_registration_costs_the_same_statements_for_one_ticket_and_for_three(
    register: Register, database: Database
) -> None:
    counted: list[str] = []
    third = ProposedPart("第三件", replace(PROPOSAL, lead="GA"))

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        register()
        one = len(counted)
        register(replace(SEVERAL, parts=(*PARTS, third)), text=WHOLE)
        several = len(counted) - one
    finally:
        event.remove(database.engine, "before_cursor_execute", note)

    # Beside the ticket itself only its search document and its two kinds of keys are its own.
    assert one <= 14
    assert several <= one + 2 * 4
