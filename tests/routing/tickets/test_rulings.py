"""A ruling in a send-back dispute reaches the dispatch catalogue: the mistake does not recur."""

from datetime import datetime
from pathlib import Path

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from foundation.settings import Settings
from routing.appeals.assembly import Casework
from routing.proposals.assembly import load_routing_service
from routing.proposals.catalogue import DispatchCatalogue, Ruling
from routing.proposals.service import RoutingService
from routing.tickets import repository
from routing.tickets.rulings import RulingReader
from routing.tickets.states import TicketState
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
ALIKE = "滨江花园旁边每晚跳广场舞，音响太大震得窗户响，老人没法睡"
OTHER = "临江门的餐馆把油烟直接排到我家窗户"
RULING = Ruling("跳广场舞音响太大，震得窗户响，孩子没法写作业", "C050203", "GA", "CG", "T1")


@pytest.fixture(scope="module")
def catalogue() -> DispatchCatalogue:
    return DispatchCatalogue()


@pytest.fixture(scope="module")
def routing(
    tmp_path_factory: pytest.TempPathFactory, catalogue: DispatchCatalogue
) -> RoutingService:
    data_dir: Path = tmp_path_factory.mktemp("rulings")
    settings = Settings(data_dir=data_dir)
    service = load_routing_service(settings, FixedClock(NOW), dense=False, catalogue=catalogue)
    service.warm_up()
    return service


def test_ruling_sends_the_next_appeal_alike_where_it_was_ruled(
    routing: RoutingService, catalogue: DispatchCatalogue
) -> None:
    catalogue.put([])
    before, other = routing.propose(ALIKE), routing.propose(OTHER)

    catalogue.put([RULING])
    after = routing.propose(ALIKE)

    assert (before.lead, after.lead) == ("GA", "CG")
    assert after.candidates[0].evidence[0] == ("派单目录：同类诉求（工单 T1）经退单裁定归此单位")
    assert routing.propose(OTHER) == other


def test_ruling_on_another_category_changes_nothing(
    routing: RoutingService, catalogue: DispatchCatalogue
) -> None:
    catalogue.put([])
    before = routing.propose(ALIKE)

    catalogue.put([Ruling(RULING.text, "C060101", "GA", "CG", "T1")])

    assert routing.propose(ALIKE) == before


def test_approved_send_back_is_read_as_a_ruling_and_a_refused_one_is_not(
    database: Database, casework: Casework, register: Register
) -> None:
    approved, refused = register().ticket_no, register().ticket_no
    for number, lead in ((approved, "GA"), (refused, "CG")):
        with database.transaction() as session:
            casework.tickets.send_back(
                session, number, CITY_MANAGEMENT, "不属于本单位", "权责清单：社会生活噪声"
            )
        with database.transaction() as session:
            casework.tickets.dispatch(session, number, lead, DISPATCHER)

    rulings = RulingReader(database)()

    assert [(one.ticket_no, one.wrong, one.right, one.disputed) for one in rulings] == [
        (approved, "CG", "GA", True)
    ]
    assert rulings[0].text


def test_dispatchers_correction_counts_once_the_ticket_was_resolved_there(
    database: Database, casework: Casework, register: Register
) -> None:
    number = register().ticket_no
    with database.transaction() as session:
        ticket = repository.locked_ticket(session, number)
        ticket.proposal = {**ticket.proposal, "lead": "HJ"}
    assert RulingReader(database)() == []
    with database.transaction() as session:
        casework.tickets.accept(session, number, CITY_MANAGEMENT)
    with database.transaction() as session:
        casework.tickets.reply(session, number, CITY_MANAGEMENT, "已约谈商户，油烟机已清洗。")
    for state in (TicketState.FOLLOWING_UP, TicketState.RESOLVED):
        with database.transaction() as session:
            casework.tickets.advance(session, number, state, DISPATCHER)

    rulings = RulingReader(database)()

    assert [(one.wrong, one.right, one.disputed) for one in rulings] == [("HJ", "CG", False)]
