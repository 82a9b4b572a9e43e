"""Cards: shown, turned red, escalated and ended; on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from foundation.clock import SHANGHAI
from routing.schemas import AppealKind
from routing.supervision.errors import RecordNotFoundError, RecordStateError, WordsMissingError
from routing.supervision.models import SupervisionCard
from routing.supervision.watching import Look, Standing
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, MONDAY, POLICE
from tests.routing.supervision.conftest import Office

# An inquiry of Monday 23 November has two working days: until Wednesday 23:59:59.
DUE = datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)
YELLOW = datetime(2026, 11, 24, 23, 59, 59, tzinfo=SHANGHAI)  # one working day before
SECOND = timedelta(seconds=1)


@pytest.fixture
def ticket_no(office: Office) -> str:
    number = office.register(kind=AppealKind.INQUIRY).ticket_no
    office.tick.run_once()
    return number


def _at(office: Office, moment: datetime) -> None:
    office.clock.moment = moment
    office.tick.run_once()


def test_yellow_is_shown_one_working_day_before_and_red_a_second_after_the_due_time(
    office: Office, ticket_no: str
) -> None:
    assert office.cards() == []
    assert office.ticket(ticket_no).next_supervision_at == YELLOW
    _at(office, YELLOW - SECOND)
    assert office.cards() == []
    _at(office, YELLOW)
    assert office.cards() == [("yellow", "open", "CG", None)]
    _at(office, DUE)
    assert office.cards() == [("yellow", "open", "CG", None)]
    _at(office, DUE + SECOND)
    assert office.cards() == [
        ("yellow", "closed", "CG", "turned_red"),
        ("red", "open", "CG", None),
    ]


def test_the_path_of_escalation_is_told_step_by_step_once(office: Office, ticket_no: str) -> None:
    for moment in (
        YELLOW,
        YELLOW,
        DUE - timedelta(hours=4),
        DUE + SECOND,
        DUE + SECOND,
        datetime(2026, 11, 27, 0, 0, 0, tzinfo=SHANGHAI),  # Thursday has passed
        datetime(2026, 12, 1, 0, 0, 0, tzinfo=SHANGHAI),  # and Friday, Monday
        datetime(2026, 12, 20, 0, 0, 0, tzinfo=SHANGHAI),
    ):
        _at(office, moment)

    assert office.told() == [
        ("yellow_card_issued", ["department_handler"], "CG"),
        ("escalated", ["department_handler", "department_lead"], "CG"),
        ("red_card_issued", ["department_handler", "department_lead"], "CG"),
        ("escalated", ["department_lead", "supervisor"], "CG"),
        ("escalated", ["department_lead", "dispatcher", "supervisor"], "CG"),
    ]
    assert office.ticket(ticket_no).next_supervision_at is None
    with office.database.reading() as session:
        assert list(verify(session)) == []


def test_a_tick_that_comes_late_shows_red_at_once(office: Office, ticket_no: str) -> None:
    _at(office, DUE + timedelta(days=1))
    assert office.cards() == [("red", "open", "CG", None)]


def test_nothing_is_shown_while_the_citizen_is_waited_for(office: Office, ticket_no: str) -> None:
    tickets = office.casework.tickets
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: tickets.start_handling(s, ticket_no, CITY_MANAGEMENT))
    waiting = TicketState.AWAITING_CITIZEN
    office.do(lambda s: tickets.advance(s, ticket_no, waiting, CITY_MANAGEMENT))
    _at(office, DUE + timedelta(days=3))
    assert office.cards() == []

    office.do(lambda s: tickets.advance(s, ticket_no, TicketState.HANDLING, CITY_MANAGEMENT))
    moved = office.ticket(ticket_no).resolve_due_at
    assert moved is not None
    assert moved > DUE
    _at(office, moved + SECOND)
    assert office.cards() == [("red", "open", "CG", None)]


def test_a_card_ends_with_the_reply(office: Office, ticket_no: str) -> None:
    _at(office, YELLOW)
    tickets = office.casework.tickets
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, "占道烧烤店已撤除桌椅。"))
    assert office.cards() == [("yellow", "closed", "CG", "met")]
    assert office.kinds(ticket_no)[-2:] == ["replied", "card_closed"]


def test_more_time_ends_a_yellow_card_and_later_shows_another(office: Office) -> None:
    number = office.register().ticket_no  # 15 working days
    due = office.ticket(number).resolve_due_at
    assert due is not None
    _at(office, due - timedelta(days=2))
    extensions = office.casework.extensions
    office.do(lambda s: extensions.request(s, number, CITY_MANAGEMENT, 10, "须检测油烟"))
    office.do(lambda s: extensions.approve(s, number, DISPATCHER))
    office.tick.run_once()
    assert office.cards() == [("yellow", "closed", "CG", "moved")]
    later = office.ticket(number).resolve_due_at
    assert later is not None
    _at(office, later - SECOND)
    assert office.cards()[1:] == [("yellow", "open", "CG", None)]


def test_a_ticket_passed_on_takes_its_card_to_the_next_department(
    office: Office, ticket_no: str
) -> None:
    _at(office, MONDAY + timedelta(hours=30))
    tickets = office.casework.tickets
    office.do(lambda s: tickets.send_back(s, ticket_no, CITY_MANAGEMENT, "不属我单位", "权责清单"))
    _at(office, YELLOW)
    office.do(lambda s: tickets.dispatch(s, ticket_no, "GA", DISPATCHER))
    assert office.cards() == [
        ("yellow", "closed", None, "elsewhere"),
        ("yellow", "open", "GA", None),
    ]
    # Without a department its people's part falls to the dispatcher.
    assert office.told() == [
        ("yellow_card_issued", ["dispatcher"], None),
        ("yellow_card_issued", ["department_handler"], "GA"),
    ]


def test_a_department_explains_its_card_once_and_no_other_may(
    office: Office, ticket_no: str
) -> None:
    _at(office, YELLOW)
    (card,) = office.rows(SupervisionCard)
    answer = office.casework.supervision.answer_card
    with pytest.raises(TicketNotFoundError):
        office.do(lambda s: answer(s, ticket_no, card.id, POLICE, "不是我们的"))
    with pytest.raises(RecordNotFoundError):
        office.do(lambda s: answer(s, ticket_no, card.id + 99, CITY_MANAGEMENT, "已安排"))
    with pytest.raises(WordsMissingError):
        office.do(lambda s: answer(s, ticket_no, card.id, CITY_MANAGEMENT, " \x00"))
    office.do(lambda s: answer(s, ticket_no, card.id, CITY_MANAGEMENT, "今日上门，电话13812345678"))
    with pytest.raises(RecordStateError):
        office.do(lambda s: answer(s, ticket_no, card.id, CITY_MANAGEMENT, "再说一次"))

    (card,) = office.rows(SupervisionCard)
    assert (card.state, card.replied_by) == ("answered", "user:cg")
    assert "13812345678" not in card.reply
    _at(office, DUE + SECOND)
    assert office.cards()[0] == ("yellow", "closed", "CG", "turned_red")


def test_a_card_shown_meanwhile_does_not_refuse_a_reply_that_is_being_written(
    office: Office, ticket_no: str
) -> None:
    tickets = office.casework.tickets
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    read = office.ticket(ticket_no).version
    _at(office, YELLOW)
    assert office.cards() == [("yellow", "open", "CG", None)]
    text = "占道烧烤店已撤除桌椅。"
    office.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, text, read))
    assert office.ticket(ticket_no).state is TicketState.REPLIED


def test_a_tick_reads_what_is_due_and_nothing_else(office: Office, ticket_no: str) -> None:
    for _ in range(4):
        office.register()  # due in three weeks
    office.tick.run_once()
    statements: list[str] = []

    @event.listens_for(office.database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    office.clock.moment = YELLOW - SECOND
    assert office.tick.run_once() == 0
    assert len([one for one in statements if "FROM" in one]) == 1
    office.clock.moment = YELLOW
    assert office.tick.run_once() == 1


def test_a_ticket_that_cannot_be_looked_at_holds_up_no_other(
    office: Office, ticket_no: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = office.register(kind=AppealKind.INQUIRY).ticket_no
    watcher = office.casework.supervision.booking.watcher
    look = watcher.look

    def fail(standing: Standing, now: datetime) -> Look:
        if standing.ticket.ticket_no == broken:
            raise RuntimeError("damaged")
        return look(standing, now)

    monkeypatch.setattr(watcher, "look", fail)
    _at(office, YELLOW)
    assert office.cards() == [("yellow", "open", "CG", None)]
    assert office.ticket(broken).next_supervision_at == YELLOW + timedelta(hours=1)
