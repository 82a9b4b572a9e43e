"""A database from before redactions is taken over: proposals are made, and nothing leaks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Connection, select, text, update

from foundation.database.migration import alembic_config, upgrade
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.appeals.models import Appeal
from routing.appeals.schemas import RegisteredAppeal
from routing.appeals.shielding import HIDDEN, PENDING
from routing.finding.indexing import index_missing
from routing.redactions.errors import RedactionNotConfirmedError
from routing.redactions.schemas import Wording
from routing.schemas import AppealKind
from routing.tickets.models import Ticket
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import queue_rows, ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, PROPOSAL, Register

BEFORE = "0012"
REPORT = {"kind": AppealKind.IRREGULARITY_REPORT, "name": "钱小满", "phone": "13987654321"}
# What the shield does not see; it stood in every table that a desk reads.
TELLS = "只有后厨三个人知道"
SHIELDED = f"我叫{HIDDEN}，烧烤店夜里偷排油烟，{TELLS}"
PLACE = "文渊阁小区楼下"
QUOTED = {"demands": [{"demand": "stop", "words": TELLS}], "emotion_words": [TELLS]}


def _stored_before(database: Database, registered: RegisteredAppeal) -> None:
    """Store a report as it was before there were redactions: readable as the shield left it."""
    with database.transaction() as session:
        session.execute(
            update(Appeal).where(Appeal.number == registered.number).values(text=SHIELDED)
        )
        ticket = session.scalars(
            select(Ticket).where(Ticket.ticket_no == registered.ticket_no)
        ).one()
        ticket.text, ticket.title, ticket.place, ticket.occurred = SHIELDED, SHIELDED, PLACE, "半夜"
        ticket.proposal = ticket.proposal | QUOTED
        session.flush()
        given = {"id": ticket.id, "tells": TELLS, "why": f'["相同的词：{TELLS}"]'}
        for statement in (
            "UPDATE ticket_documents SET words = CAST(:tells AS {words}) WHERE ticket_id = :id",
            (
                "INSERT INTO duplicate_pairs (ticket_id, other_id, state, score, why, found_at)"
                " SELECT :id, :id, 'open', 0, CAST(:why AS {json}), registered_at"
                " FROM tickets WHERE id = :id"
            ),
        ):
            kinds = ("TEXT", "TEXT") if database.is_sqlite else ("TSVECTOR", "JSON")
            session.execute(text(statement.format(words=kinds[0], json=kinds[1])), given)


def _taken_over(database: Database) -> None:
    """Bring the database to the schema before redactions, then to the present one."""
    with database.engine.connect() as connection:
        _enforce(database, connection, "OFF")
        try:
            with connection.begin():
                config = alembic_config()
                config.attributes["connection"] = connection
                command.downgrade(config, BEFORE)
        finally:
            _enforce(database, connection, "ON")
            upgrade(database)


def _enforce(database: Database, connection: Connection, switch: str) -> None:
    # A changed table of SQLite is a copy; the pragma has no effect inside a transaction.
    if database.is_sqlite:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute(f"PRAGMA foreign_keys={switch}")


def _read_by_desks(database: Database, *ticket_nos: str) -> str:
    """Return what desks, search and duplicates are made from, of these tickets."""
    tables = ("ticket_documents", "duplicate_pairs", "ticket_events")
    with database.reading() as session:
        found = [
            session.execute(
                text(
                    f"SELECT x.* FROM {table} x JOIN tickets t ON t.id = x.ticket_id"
                    " WHERE t.ticket_no = :number"
                ),
                {"number": number},
            ).all()
            for table in tables
            for number in ticket_nos
        ]
        rows = session.execute(text("SELECT * FROM tickets ORDER BY ticket_no")).mappings().all()
    return repr(found) + repr([row for row in rows if row["ticket_no"] in ticket_nos])


@pytest.fixture(autouse=True)
def _left_as_it_was_found(database: Database) -> Iterator[None]:
    """Bring the database to the present schema even where taking it over has failed."""
    yield
    with database.transaction() as session:
        session.execute(text("DELETE FROM appeal_tickets"))
    upgrade(database)


@pytest.fixture
def waiting(database: Database, register: Register) -> RegisteredAppeal:
    found = register(waits=True, **REPORT)
    _stored_before(database, found)
    return found


def test_a_report_that_no_department_has_is_closed_until_it_is_confirmed(
    waiting: RegisteredAppeal, database: Database, casework: Casework
) -> None:
    number = waiting.ticket_no
    assert _read_by_desks(database, number).count(TELLS) >= 4  # it could be there

    _taken_over(database)
    assert index_missing(database) == 1

    assert TELLS not in _read_by_desks(database, number)
    with database.reading() as session:
        (row,) = queue_rows(session)
        (proposed,) = casework.redactions.waiting(session)
    assert (row.text, row.title, row.place) == (PENDING, PENDING, None)
    assert (proposed.number, proposed.text) == (waiting.number, SHIELDED)
    assert (proposed.place, proposed.occurred) == (PLACE, "半夜")
    with pytest.raises(RedactionNotConfirmedError), database.transaction() as session:
        casework.tickets.dispatch(session, number, "CG", DISPATCHER)
    with database.transaction() as session:
        wording = Wording("烧烤店夜里偷排油烟", PLACE, "半夜")
        casework.redactions.confirm(session, number, waiting.number, wording, DISPATCHER)
        casework.tickets.dispatch(session, number, "CG", DISPATCHER)
    with database.reading() as session:
        assert ticket_view(session, number, "CG").text == wording.text
        assert list(verify(session)) == []


def test_what_a_department_has_read_stays_and_counts_as_confirmed(
    database: Database, casework: Casework, register: Register
) -> None:
    read = register(**REPORT)
    _stored_before(database, read)
    ordinary = register(text="占道经营")

    _taken_over(database)

    with database.reading() as session:
        assert ticket_view(session, read.ticket_no, "CG").text == SHIELDED
        assert ticket_view(session, ordinary.ticket_no, "CG").text == "占道经营"
        assert casework.redactions.waiting(session) == []
        (view,) = casework.redactions.views(session, read.ticket_no)
        assert casework.redactions.views(session, ordinary.ticket_no) == []
    assert (view.version, view.waiting, view.wording.text) == (1, False, SHIELDED)
    assert [one.confirmed_by for one in view.versions] == [None, "system"]
    number, tickets = read.ticket_no, casework.tickets
    with database.transaction() as session:
        tickets.send_back(session, number, CITY_MANAGEMENT, "不属我单位", "权责清单")
    with database.transaction() as session:
        tickets.dispatch(session, number, "GA", DISPATCHER)
    with database.reading() as session:
        assert ticket_view(session, number, "GA").text == SHIELDED


def test_a_report_merged_under_a_ticket_with_a_department_shows_as_it_did(
    waiting: RegisteredAppeal, database: Database, casework: Casework, register: Register
) -> None:
    target = register(text="烧烤店占道")
    with database.transaction() as session:
        casework.regrouping.merge(session, waiting.ticket_no, target.ticket_no, DISPATCHER)

    _taken_over(database)
    index_missing(database)

    with database.reading() as session:
        view = ticket_view(session, target.ticket_no, "CG")
        merged = session.scalars(select(Ticket).where(Ticket.ticket_no == waiting.ticket_no)).one()
        assert casework.redactions.waiting(session) == []
    assert (view.text, view.asked) == ("烧烤店占道", (SHIELDED,))
    assert (merged.state, merged.text) == (TicketState.MERGED, PENDING)
    assert TELLS not in _read_by_desks(database, waiting.ticket_no)


def test_a_report_merged_under_a_ticket_that_waits_is_found_by_nobody(
    waiting: RegisteredAppeal, database: Database, casework: Casework, register: Register
) -> None:
    target = register(replace(PROPOSAL, needs_dispatcher=True), text="烧烤店占道")
    with database.transaction() as session:
        casework.regrouping.merge(session, waiting.ticket_no, target.ticket_no, DISPATCHER)
    # As it was: what the ticket is found by holds the words of both.
    kind = "TEXT" if database.is_sqlite else "TSVECTOR"
    with database.transaction() as session:
        session.execute(
            text(f"UPDATE ticket_documents SET words = CAST(:tells AS {kind})"), {"tells": TELLS}
        )
    assert TELLS in _read_by_desks(database, target.ticket_no)

    _taken_over(database)
    index_missing(database)

    assert TELLS not in _read_by_desks(database, target.ticket_no)
    with database.reading() as session:
        (row,) = queue_rows(session)
        (proposed,) = casework.redactions.waiting(session)
    assert (row.ticket_no, row.text) == (target.ticket_no, "烧烤店占道")
    assert (proposed.ticket_no, proposed.number) == (target.ticket_no, waiting.number)
