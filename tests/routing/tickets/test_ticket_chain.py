"""A rewritten, removed or cut-off event is found, with ticket and event named."""

import pytest
from sqlalchemy import text

from connectors.cli.tickets import verify_chains
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.verifying import Seals
from tests.casework_fixtures import CITY_MANAGEMENT, Register


@pytest.fixture
def ticket_no(database: Database, casework: Casework, register: Register) -> str:
    """Return a ticket with six events; a second one stands beside it untouched."""
    number = register().ticket_no
    register()
    with database.transaction() as session:
        casework.tickets.accept(session, number, CITY_MANAGEMENT)
        casework.tickets.reply(session, number, CITY_MANAGEMENT, "已责令撤除占道桌椅。")
    return number


def _faults(database: Database, ticket_no: str | None = None) -> list[tuple[str, int, str]]:
    with database.reading() as session:
        return [
            (fault.ticket_no, fault.seq, fault.problem)
            for fault in verify_chains(session, ticket_no, Seals())
        ]


def _change(database: Database, statement: str, ticket_no: str) -> None:
    with database.transaction() as session:
        of_ticket = "(SELECT id FROM tickets WHERE ticket_no = :number)"
        session.execute(text(statement.replace("TICKET", of_ticket)), {"number": ticket_no})


def test_untouched_chains_are_whole(database: Database, ticket_no: str) -> None:
    assert _faults(database) == []
    assert _faults(database, ticket_no) == []


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE ticket_events SET actor = 'user:other' WHERE seq = 4 AND ticket_id = TICKET",
            [(4, "事件内容被改动")],
        ),
        (
            "UPDATE ticket_events SET to_state = 'withdrawn' WHERE seq = 2 AND ticket_id = TICKET",
            [(2, "事件内容被改动")],
        ),
        (
            "DELETE FROM ticket_events WHERE seq = 3 AND ticket_id = TICKET",
            [(3, "事件缺失")],
        ),
        (
            "DELETE FROM ticket_events WHERE seq >= 5 AND ticket_id = TICKET",
            [(5, "事件缺失"), (6, "事件缺失")],
        ),
        (
            "DELETE FROM ticket_events WHERE ticket_id = TICKET",
            [(seq, "事件缺失") for seq in range(1, 7)],
        ),
        (
            "UPDATE tickets SET state = 'withdrawn' WHERE id = TICKET",
            [(6, "工单状态与最后事件不符")],
        ),
    ],
)
def test_tampering_is_named(
    database: Database, ticket_no: str, statement: str, faults: list[tuple[int, str]]
) -> None:
    _change(database, statement, ticket_no)
    assert _faults(database) == [(ticket_no, seq, problem) for seq, problem in faults]


def test_a_removed_and_renumbered_event_is_found(database: Database, ticket_no: str) -> None:
    _change(database, "DELETE FROM ticket_events WHERE seq = 3 AND ticket_id = TICKET", ticket_no)
    for seq in (4, 5, 6):
        _change(
            database,
            f"UPDATE ticket_events SET seq = {seq - 1} WHERE seq = {seq} AND ticket_id = TICKET",
            ticket_no,
        )
    _change(database, "UPDATE tickets SET last_seq = 5 WHERE id = TICKET", ticket_no)
    assert _faults(database) == [(ticket_no, seq, "事件内容被改动") for seq in (3, 4, 5)]


def test_verify_says_when_there_is_no_such_ticket(database: Database, ticket_no: str) -> None:
    with database.reading() as session, pytest.raises(TicketNotFoundError):
        verify_chains(session, "none", Seals())
