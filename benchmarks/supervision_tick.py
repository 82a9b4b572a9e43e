"""What a tick of supervision costs among many open tickets.

    python -m benchmarks.supervision_tick

Makes a database of its own on a PostgreSQL server (``--url``, any database of it), fills it with
open tickets in bulk (the same every time: keys and times come from the row's number), measures and
drops it. A tick is timed when nothing is due, when tickets were merely touched by an event, and
when that many turn yellow, then red, with card, event, chain and messages. Query plans are printed.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.dialects import postgresql

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.supervision import views
from routing.supervision.booking import Booking
from routing.supervision.figures import figures_of
from routing.supervision.models import SupervisionCard
from routing.supervision.policy import load_policy
from routing.supervision.repository import due_tickets
from routing.supervision.tick import SupervisionTick
from routing.supervision.weekly import Week
from routing.tickets.listing import TicketReach
from routing.tickets.models import Ticket

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)  # a Friday
DEPARTMENTS, DISTRICTS = 40, 12
# Due in 4 to 13 days, so that none is yellow yet; looked at again when it will be.
FILL = f"""
INSERT INTO tickets (id, ticket_no, state, version, kind, category_code, category, title, text,
  place, district, urgent, confidential, registered_at, resolve_due_at, due_provisional, due_basis,
  proposal, dispatch_count, round, last_seq, head_mac, sealed_seq, next_supervision_at)
SELECT n, 'B' || lpad(n::text, 9, '0') || '-1', 'handling', 6, 'complaint', 'C010101',
  (ARRAY['城市管理/市容环境/占道经营', '交通/道路/路面', '物业/管理/收费'])[1 + n % 3],
  '楼下烧烤店占道经营', repeat('楼下烧烤店半夜占道冒油烟，多次反映没有解决。', 4), '文渊阁小区',
  'D' || (n % {DISTRICTS}), false, n % 20 = 0,
  :now - make_interval(hours => 24 + (n % 240)::int),
  :now + make_interval(hours => 96 + (n % 216)::int), false,
  '{{"rule_pack": "guangdong_2022", "amount": 15, "unit": "working_days"}}', '{{}}', 1, 1, 6,
  repeat('0', 64), 6, :now + make_interval(hours => 24 + (n % 216)::int)
FROM generate_series(1, :tickets) AS n
"""
SHARES = f"""
INSERT INTO assignments (id, ticket_id, department_code, role, round, active, designated,
  dispatched_at, accepted_at)
SELECT n, n, 'B' || (n % {DEPARTMENTS}), 'lead', 1, true, false,
  :now - make_interval(hours => 23), :now - make_interval(hours => 22)
FROM generate_series(1, :tickets) AS n
"""
# Spread over the table, no ticket twice: a stride that shares no factor with the count.
CHOSEN = "SELECT 1 + (:first + k * 7919) % :tickets FROM generate_series(1, :count) AS k"
TOUCH = f"UPDATE tickets SET next_supervision_at = :now WHERE id IN ({CHOSEN})"
DUE = f"""
UPDATE tickets SET next_supervision_at = :now, resolve_due_at = :due
WHERE id IN ({CHOSEN})
"""


def main() -> None:
    """Print the cost of a tick by how much is due."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, nargs="+", default=[100, 1_000, 5_000])
    given = parser.parse_args()
    name = f"hotline_bench_{uuid4().hex[:12]}"
    server = create_engine(given.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(given.url).set(database=name).render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            install_keyring(load_keyring(Path(folder) / "keys.json"))
            database = Database(url)
            try:
                upgrade(database)
                _measure(database, given.tickets, given.due)
            finally:
                database.dispose()
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _measure(database: Database, tickets: int, counts: list[int]) -> None:
    clock = FixedClock(NOW)
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
    booking = Booking(clock, deadlines, load_policy(), Outbox(clock))
    tick = SupervisionTick(database, clock, booking)
    seconds = _timed(lambda: _fill(database, tickets))
    _say(f"{tickets:,} open tickets made in {seconds:.1f} s")
    _say("| looked at | what is due | seconds | of them this process | ms each |")
    _say("|---:|---|---:|---:|---:|")
    for _ in range(3):
        _tick("nothing", 0, tick)
    first = 0
    for count in counts:
        where = {"tickets": tickets, "count": count, "first": first}
        _run(database, TOUCH, now=NOW, **where)
        _tick("touched by an event", count, tick)
        _run(database, DUE, now=NOW, due=NOW + timedelta(hours=8), **where)
        _tick("turn yellow", count, tick)
        _run(database, DUE, now=NOW, due=NOW - timedelta(hours=8), **where)
        _tick("turn red", count, tick)
        first += count * 7919 + 1
    with database.reading() as session:
        shown = session.scalar(select(func.count(SupervisionCard.id)))
    _say(f"cards shown: {shown:,}; peak memory {_peak_mib():.0f} MiB")
    _run(database, "ANALYZE supervision_cards")
    _lists(database)
    _plans(database)


def _lists(database: Database) -> None:
    everything = TicketReach(everything=True)
    week = Week.of(NOW).period
    with database.reading() as session:
        page = _timed(lambda: views.cards(session, everything))
        counted = _timed(
            lambda: views.count(session, SupervisionCard, everything, views.RecordFilter())
        )
        figures = _timed(lambda: figures_of(session, week, NOW))
    _say(f"a page of cards {1000 * page:.0f} ms, their count {1000 * counted:.0f} ms")
    _say(f"the figures of a week {figures:.2f} s")


def _plans(database: Database) -> None:
    _run(database, TOUCH, now=NOW, tickets=1000, count=100, first=0)
    with database.transaction() as session:
        queries = {
            "what is due": select(Ticket.id)
            .where(Ticket.next_supervision_at <= NOW)
            .order_by(Ticket.next_supervision_at)
            .limit(200)
            .with_for_update(skip_locked=True),
            "cards by severity": select(SupervisionCard.id, Ticket.ticket_no)
            .join(Ticket, Ticket.id == SupervisionCard.ticket_id)
            .where(SupervisionCard.state.in_(["open", "answered"]))
            .order_by(SupervisionCard.colour, SupervisionCard.due_at, SupervisionCard.id)
            .limit(50),
        }
        for title, query in queries.items():
            _say(f"\nplan: {title}")
            compiled = query.compile(
                dialect=postgresql.dialect(),
                compile_kwargs={"literal_binds": True},
            )
            plan = session.execute(text(f"EXPLAIN (ANALYZE, COSTS OFF) {compiled}"))
            for (line,) in plan:
                _say(f"  {line}")
        assert due_tickets(session, NOW, 1)


def _fill(database: Database, tickets: int) -> None:
    _run(database, FILL, now=NOW, tickets=tickets)
    _run(database, SHARES, now=NOW, tickets=tickets)
    for table in ("tickets", "assignments"):
        with database.transaction() as session:
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), :n)"), {"n": tickets}
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        # What filling left to be written must not be waited for by what is measured.
        connection.execute(text("CHECKPOINT"))


def _run(database: Database, statement: str, **values: object) -> None:
    with database.transaction() as session:
        session.execute(text(statement), values)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _tick(what: str, count: int, tick: SupervisionTick) -> None:
    own = time.process_time()
    seconds = _timed(tick.run_once)
    own = time.process_time() - own
    each = f"{1000 * seconds / count:.2f}" if count else "—"
    _say(f"| {count:,} | {what} | {seconds:.3f} | {own:.3f} | {each} |")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
