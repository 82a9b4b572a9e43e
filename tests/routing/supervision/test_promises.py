"""Promised handling: made, decided, kept or broken, counted; on SQLite and on PostgreSQL."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.clock import SHANGHAI
from foundation.events.models import OutboxMessage
from routing.appeals.announcing import NOTICE
from routing.promises.errors import (
    NoPromisePendingError,
    NothingToPromiseError,
    OwnPromiseError,
    PromisedDayError,
    PromisePendingError,
    PromiseReasonMissingError,
    PromiseStateError,
)
from routing.promises.models import Promise
from routing.promises.repository import counts
from routing.promises.states import PromiseState, check_move
from routing.supervision.figures import Dimension, Figures, Period, by, figures_of
from routing.supervision.report_files import COLUMNS, cells
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.schemas import Actor
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE
from tests.routing.supervision.conftest import Office

DUE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=SHANGHAI)
DAY = date(2026, 12, 21)
UNTIL = datetime(2026, 12, 21, 23, 59, 59, tzinfo=SHANGHAI)
WHY = "油烟检测设备12月18日才到货，电话13812345678"
SECOND = timedelta(seconds=1)
HANDLED = "占道烧烤店已于12月20日撤除桌椅，油烟检测达标。"


@pytest.fixture
def ticket_no(office: Office) -> str:
    return office.register().ticket_no


def _promise(
    office: Office, ticket_no: str, day: date = DAY, actor: Actor = CITY_MANAGEMENT
) -> None:
    office.do(lambda s: office.casework.promises.promise(s, ticket_no, actor, day, WHY))


def _approved(office: Office, ticket_no: str) -> None:
    _promise(office, ticket_no)
    office.do(lambda s: office.casework.promises.approve(s, ticket_no, DISPATCHER))


def _reply(office: Office, ticket_no: str) -> None:
    tickets = office.casework.tickets
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, HANDLED))


def _states(office: Office) -> list[str]:
    return [one.state.value for one in office.rows(Promise)]


def _week(office: Office) -> Figures:
    period = Period(datetime(2026, 11, 1, tzinfo=SHANGHAI), datetime(2027, 2, 1, tzinfo=SHANGHAI))
    with office.database.reading() as session:
        return by(Dimension.DEPARTMENT, figures_of(session, period, office.clock.now()))["CG"]


def test_a_promise_tells_the_citizen_and_moves_no_clock(office: Office, ticket_no: str) -> None:
    _approved(office, ticket_no)

    assert office.ticket(ticket_no).resolve_due_at == DUE
    assert office.ticket(ticket_no).paused_at is None
    with office.database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == NOTICE)).one()
    assert told.payload["text"].startswith("承办单位承诺在2026年12月21日（周一）结束前办结，")
    assert "13812345678" not in told.payload["text"]
    # The legal time passes: overdue all the same, red card and all.
    office.clock.moment = DUE + SECOND
    office.tick.run_once()
    assert ("red", "open", "CG", None) in office.cards()
    assert _states(office) == ["approved"]
    seen = [kind for kind in office.kinds(ticket_no) if kind.startswith("promise")]
    assert seen == ["promised", "promise_approved"]


def test_a_promise_is_kept_by_a_reply_on_its_last_second(office: Office, ticket_no: str) -> None:
    _approved(office, ticket_no)
    office.clock.moment = UNTIL
    _reply(office, ticket_no)
    office.clock.moment = UNTIL + SECOND
    office.tick.run_once()

    assert _states(office) == ["kept"]
    assert (_week(office).promises, _week(office).broken_promises) == (1, 0)


def test_a_day_that_passes_is_counted_and_told(office: Office, ticket_no: str) -> None:
    _approved(office, ticket_no)
    office.clock.moment = UNTIL + SECOND
    office.tick.run_once()
    office.clock.moment += SECOND
    office.tick.run_once()

    assert _states(office) == ["broken"]
    assert office.kinds(ticket_no).count("promise_broken") == 1
    told = [one for one in office.told() if one[0] == "promise_broken"]
    assert told == [
        ("promise_broken", ["department_handler", "department_lead", "supervisor"], "CG")
    ]
    assert (_week(office).promises, _week(office).broken_promises) == (1, 1)
    with office.database.reading() as session:
        assert counts(session) == {"CG": (1, 1)}


def test_a_reply_that_comes_too_late_breaks_it_before_any_tick(
    office: Office, ticket_no: str
) -> None:
    _approved(office, ticket_no)
    office.clock.moment = UNTIL + SECOND
    _reply(office, ticket_no)

    assert _states(office) == ["broken"]


def test_a_second_promise_is_numbered_after_the_first_was_refused(
    office: Office, ticket_no: str
) -> None:
    promises = office.casework.promises
    _promise(office, ticket_no)
    with pytest.raises(PromisePendingError):
        _promise(office, ticket_no)
    with pytest.raises(PromiseReasonMissingError):
        office.do(lambda s: promises.refuse(s, ticket_no, DISPATCHER, "  "))
    office.do(lambda s: promises.refuse(s, ticket_no, DISPATCHER, "可以按期办结"))
    with pytest.raises(NoPromisePendingError):
        office.do(lambda s: promises.approve(s, ticket_no, DISPATCHER))
    _promise(office, ticket_no)

    assert [(one.number, one.state.value) for one in office.rows(Promise)] == [
        (1, "refused"),
        (2, "open"),
    ]


def test_what_cannot_be_promised_is_refused(office: Office, ticket_no: str) -> None:
    promises = office.casework.promises
    for day in (date(2026, 12, 14), date(2026, 11, 23), date(2027, 11, 25)):
        with pytest.raises(PromisedDayError):
            _promise(office, ticket_no, day)
    with pytest.raises(PromiseReasonMissingError):
        office.do(lambda s: promises.promise(s, ticket_no, CITY_MANAGEMENT, DAY, " "))
    with pytest.raises(TicketNotFoundError):
        _promise(office, ticket_no, actor=POLICE)
    _promise(office, ticket_no)
    for own in (CITY_MANAGEMENT, Actor("user:another", "CG")):
        with pytest.raises(OwnPromiseError):
            office.do(lambda s, own=own: promises.approve(s, ticket_no, own))


def test_a_co_handling_department_promises_nothing(office: Office, ticket_no: str) -> None:
    tickets = office.casework.tickets
    office.do(lambda s: tickets.send_back(s, ticket_no, CITY_MANAGEMENT, "不属", "权责清单"))
    office.do(lambda s: tickets.dispatch(s, ticket_no, "GA", DISPATCHER, ("CG",)))

    with pytest.raises(NothingToPromiseError):
        _promise(office, ticket_no)


def test_a_ticket_that_goes_elsewhere_closes_its_promise(office: Office, ticket_no: str) -> None:
    _approved(office, ticket_no)
    tickets = office.casework.tickets
    office.do(lambda s: tickets.send_back(s, ticket_no, CITY_MANAGEMENT, "不属", "权责清单"))
    office.clock.moment = UNTIL + SECOND
    office.tick.run_once()

    assert _states(office) == ["closed"]


def test_a_day_that_passes_while_the_citizen_is_waited_for_binds_nobody(
    office: Office, ticket_no: str
) -> None:
    _approved(office, ticket_no)
    tickets, contacting = office.casework.tickets, office.casework.contacting
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: contacting.ask_citizen(s, ticket_no, CITY_MANAGEMENT, "请补照片"))
    office.clock.moment = UNTIL + SECOND
    office.tick.run_once()
    waiting = _states(office)
    office.do(lambda s: tickets.start_handling(s, ticket_no, CITY_MANAGEMENT))

    assert (waiting, _states(office)) == (["approved"], ["closed"])


def test_no_ended_promise_moves_again() -> None:
    moves = {
        (one, target)
        for one in PromiseState
        for target in PromiseState
        if not _refused(one, target)
    }
    state = PromiseState
    assert moves == {
        *((state.OPEN, to) for to in (state.APPROVED, state.REFUSED, state.CLOSED)),
        *((state.APPROVED, to) for to in (state.KEPT, state.BROKEN, state.CLOSED)),
    }


def _refused(current: PromiseState, target: PromiseState) -> bool:
    try:
        check_move("T", current, target)
    except PromiseStateError as refusal:
        return refusal.status_code == 409
    return False


def test_a_week_stored_before_promises_were_counted_is_still_shown() -> None:
    old = {"name": "城管局", **dict.fromkeys(COLUMNS, 1)}
    del old["promises"], old["broken_promises"]

    shown = dict(zip(COLUMNS, cells(old, coloured=False)[1:], strict=True))
    assert (shown["due"], shown["promises"], shown["broken_promises"]) == (1, None, None)
