"""How SQLite goes about what is asked all the time: by an index, never through a whole table."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.settings import ROOT
from routing.deadlines.service import DeadlineService
from routing.duplicates.repository import refused_with
from routing.finding.schemas import Due, TicketQuery
from routing.finding.service import Finding
from routing.finding.words import QueryReader
from routing.tickets.listing import TicketReach


def _first_plan(database: Database, act: Callable[[Session], object]) -> list[str]:
    """Return the steps of the first statement of ``act``."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        asked.append((statement, given))

    event.listen(database.engine, "before_cursor_execute", hear)
    with database.reading() as session:
        act(session)
    event.remove(database.engine, "before_cursor_execute", hear)
    statement, given = next(one for one in asked if one[0].startswith("SELECT"))
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    return [row[3] for row in plan]


def test_what_is_late_is_found_by_its_due_time(
    sqlite_database: Database, clock: FixedClock, deadlines: DeadlineService
) -> None:
    finding = Finding(clock, deadlines, QueryReader(ROOT / "var" / "cache"))
    everything, late = TicketReach(everything=True), TicketQuery(due=Due.OVERDUE)

    plan = _first_plan(sqlite_database, lambda s: finding.listed(s, everything, late))

    by_due_time = "SEARCH tickets USING INDEX ix_tickets_state_due (state=? AND resolve_due_at<?)"
    assert plan[0] == by_due_time


def test_refused_pairs_are_found_from_either_ticket(sqlite_database: Database) -> None:
    plan = _first_plan(sqlite_database, lambda s: refused_with(s, 1))

    assert plan[0] == "MULTI-INDEX OR"
    assert not [step for step in plan if step.startswith("SCAN")]
