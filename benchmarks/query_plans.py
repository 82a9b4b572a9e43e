"""How the databases go about what is asked all the time: ``python -m benchmarks.query_plans``.

Fills a SQLite file and a PostgreSQL database of its own (``--url``, any database of the server; it
is dropped again) with the tickets of ``benchmarks/duplicates.py``, their shares, times and search
documents. Then the service's own functions run: a registration, the desk's lists, search,
duplicates, a tick of supervision. PostgreSQL tells the plan of each statement as it ran
(``auto_explain`` with buffers; needs a superuser), SQLite is asked with ``EXPLAIN QUERY PLAN``.
``--write`` keeps them in docs/benchmarks/query-plans.md.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.orm import Session

from benchmarks import duplicates as made_up
from foundation.clock import FixedClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.rows import RowBatch
from foundation.database.session import Database
from foundation.settings import ROOT, load_settings
from knowledge_base.loader import load_library
from routing.appeals.assembly import build_casework
from routing.appeals.schemas import NewAppeal
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.duplicates.service import Duplicates
from routing.finding.documents import HOTLINE, audience_token
from routing.finding.models import TicketDocument
from routing.finding.schemas import Due, TicketQuery
from routing.finding.service import Finding
from routing.finding.words import QueryReader, document_words
from routing.schemas import AppealKind, AppealReading, DepartmentCandidate, Outcome, Proposal
from routing.supervision.repository import anything_due, due_tickets
from routing.tickets.listing import TicketReach
from routing.tickets.models import Ticket
from routing.tickets.states import TicketState

NOW = made_up.NOW
PAGE = ROOT / "docs" / "benchmarks" / "query-plans.md"
LEAD = "CG"
_LOADED = 500  # rows of one statement while filling
_RUNS = 7  # the last one is shown: from the sixth on PostgreSQL keeps what it has prepared
_STATEMENT_CHARACTERS = 160
_EXPLAIN = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET auto_explain.log_buffers = on",
    "SET auto_explain.log_level = 'notice'",
)
_SHARES = """
INSERT INTO assignments (ticket_id, department_code, role, round, active, designated, dispatched_at)
SELECT id, CASE id % 20 WHEN 0 THEN 'CG' ELSE 'B' || (id % 20) END, 'lead', 1, true, false,
  registered_at FROM tickets
"""
_APPEALS = """
INSERT INTO appeals (id, number, idempotency_key, query_code, channel, kind, text, confidential,
  anonymous, registered_at)
SELECT id, substr(ticket_no, 1, 15), 'made-up:' || id, 'ABCDEF', 'web', kind, text, false, true,
  registered_at FROM tickets
"""
_LINKS = "INSERT INTO appeal_tickets (appeal_id, ticket_id) SELECT id, id FROM tickets"
_DUE = "UPDATE tickets SET resolve_due_at = :due, next_supervision_at = :later"
_DUE_NOW = "UPDATE tickets SET next_supervision_at = :now WHERE id % 500 = 0"
_OPENING = (
    "Written by `python -m benchmarks.query_plans --write`; what it fills the databases with and"
    " runs is said there. {tickets:,} tickets; each plan is that of run {run}. The durations are"
    " those of a machine that may have been busy with other work."
)

Act = Callable[[Session], object]
Plans = list[tuple[str, list[str]]]  # statement and its plan


def main() -> None:
    """Print the plans, or write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, Plans]] = {}
    with tempfile.TemporaryDirectory() as folder:
        install_keyring(load_keyring(Path(folder) / "keys.json"))
        for url in (_own(given.url), f"sqlite:///{folder}/plans.db"):
            told: list[str] = []
            with _filled(url, given.tickets, told) as database:
                found[database.engine.dialect.name] = {
                    title: _plans(database, act, told) for title, act in _acts().items()
                }
    page = _page(found, given.tickets)
    if given.write:
        PAGE.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


def _acts() -> dict[str, Act]:
    """Return what is run, by its title."""
    clock = FixedClock(NOW)
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
    casework = build_casework(clock, deadlines, load_library().departments)
    reader = QueryReader(load_settings().data_dir / "cache")
    finding, duplicates = Finding(clock, deadlines, reader), Duplicates(clock, reader)
    everything, own = TicketReach(everything=True), TicketReach(department=LEAD)
    overdue = TicketQuery(state=(TicketState.DISPATCHED,), due=Due.OVERDUE)

    def register(session: Session) -> None:
        new, proposal = _appeal()
        due = deadlines.resolve_due(new.kind)
        casework.appeals.register(session, new, proposal, due)

    def candidates(session: Session) -> None:
        last = select(Ticket.ticket_no).where(Ticket.id == 1_000)
        duplicates.candidates(session, session.scalars(last).one())

    return {
        "Registration": register,
        "The dispatcher's list": lambda s: finding.listed(s, everything, TicketQuery()),
        "A department's list": lambda s: finding.listed(s, own, TicketQuery()),
        "What is overdue": lambda s: finding.listed(s, everything, overdue),
        "Full-text search": lambda s: finding.listed(s, everything, TicketQuery(q="路灯 不亮")),
        "Full-text search by a department": lambda s: finding.listed(s, own, TicketQuery(q="路灯")),
        "Possible duplicates": candidates,
        "A tick of supervision": lambda s: (anything_due(s, NOW), due_tickets(s, NOW, 200)),
    }


def _appeal() -> tuple[NewAppeal, Proposal]:
    number = uuid4().hex
    new = NewAppeal(
        idempotency_key=f"plans:{number}",
        channel="web",
        kind=AppealKind.COMPLAINT,
        text="文渊阁小区楼下烧烤店半夜占道冒油烟，多次反映没有解决",
        conversation_id=number,
        place="文渊阁小区",
        phone="13900000001",
    )
    reading = AppealReading(
        kind=new.kind,
        kind_probability=0.9,
        category=None,
        category_probability=0.0,
        appeal_probability=0.95,
        place=new.place,
        district=None,
        subdistrict=None,
        when=None,
        phone=None,
    )
    proposal = Proposal(
        outcome=Outcome.TICKET,
        reading=reading,
        lead=LEAD,
        co=(),
        candidates=(DepartmentCandidate(LEAD, 0.9, ()),),
        confidence=0.9,
        needs_dispatcher=False,
        asks=None,
        emergency_line=None,
        urgent=False,
        due_at=None,
    )
    return new, proposal


def _plans(database: Database, act: Act, told: list[str]) -> Plans:
    """Run it a few times and return how its statements went the last time."""
    sent: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        sent.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        for _ in range(_RUNS):
            told.clear()
            sent.clear()
            with database.transaction() as session:
                act(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    if not database.is_sqlite:
        return [_split(one) for one in told]
    with database.engine.connect() as connection:
        return [
            (
                statement,
                _tree(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)),
            )
            for statement, values in sent
            if not statement.startswith(("BEGIN", "PRAGMA"))
        ]


def _split(notice: str) -> tuple[str, list[str]]:
    """Return the statement and the plan of what ``auto_explain`` tells."""
    lines = notice.splitlines()
    took = re.search(r"duration: ([\d.]+) ms", lines[0])
    begun = next(at for at, line in enumerate(lines) if re.search(r"\((?:cost|actual)", line))
    statement = " ".join(lines[1:begun]).removeprefix("Query Text: ")
    plan = [line for line in lines[begun:] if "Batches: 1" not in line]
    return statement, [*plan, f"Duration: {took[1] if took else '?'} ms"]


def _tree(rows: Any) -> list[str]:
    """Return the lines of SQLite's plan, indented by what they belong to."""
    depth = {0: 0}
    lines = []
    for number, parent, _, words in rows:
        depth[number] = depth.get(parent, 0) + 1
        lines.append("  " * (depth[number] - 1) + str(words))
    return lines


def _page(found: dict[str, dict[str, Plans]], tickets: int) -> str:
    lines = ["# Query plans", "", _OPENING.format(tickets=tickets, run=_RUNS), ""]
    for name, acts in found.items():
        lines += [f"## {name}", ""]
        for title, plans in acts.items():
            lines += [f"### {title}", ""]
            for statement, plan in plans:
                short = " ".join(statement.split())
                if len(short) > _STATEMENT_CHARACTERS:
                    short = f"{short[:_STATEMENT_CHARACTERS]} …"
                lines += ["```", short, *(f"    {line}" for line in plan), "```", ""]
    return "\n".join(lines)


def _own(url: str) -> str:
    """Return the address of a database that does not exist yet on the same server."""
    name = f"hotline_bench_{uuid4().hex[:12]}"
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _filled(url: str, tickets: int, told: list[str]) -> Iterator[Database]:
    """Make and fill a database; ``told`` takes what PostgreSQL says of each statement."""
    sqlite = url.startswith("sqlite")
    name = make_url(url).database
    server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    if not sqlite:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(url)
    upgrade(database)
    _fill(database, tickets)
    database.engine.dispose()
    try:
        with _telling(told) if not sqlite else _quiet():
            yield database
    finally:
        database.dispose()
        if not sqlite:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@contextmanager
def _telling(told: list[str]) -> Iterator[None]:
    """Have every new connection tell its plans; also those beside a transaction."""

    def prepare(connection: Any, _record: object) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        for statement in _EXPLAIN:
            connection.execute(statement)
        connection.autocommit = autocommit
        connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))

    event.listen(Engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(Engine, "connect", prepare)


@contextmanager
def _quiet() -> Iterator[None]:
    yield


def _fill(database: Database, tickets: int) -> None:
    made_up.fill(database, tickets, 60, random.Random(20261122))
    with database.transaction() as session:
        for statement in (_SHARES, _APPEALS, _LINKS):
            session.execute(text(statement))
        session.execute(text(_DUE), {"due": NOW, "later": NOW + timedelta(days=5)})
        session.execute(text(_DUE_NOW), {"now": NOW})
        if not database.is_sqlite:
            for table in ("tickets", "appeals"):
                sequence = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), :n)"
                session.execute(text(sequence), {"n": tickets})
    for first in range(1, tickets + 1, _LOADED):
        with database.transaction() as session:
            _add_documents(session, first, first + _LOADED - 1)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _add_documents(session: Session, first: int, last: int) -> None:
    """Add for each ticket what the hotline and its department find it by."""
    rows = session.execute(
        text(
            "SELECT t.id, t.ticket_no, t.category, t.place, t.district, t.text, a.department_code"
            " FROM tickets AS t JOIN assignments AS a ON a.ticket_id = t.id"
            " WHERE t.id BETWEEN :first AND :last"
        ),
        {"first": first, "last": last},
    )
    documents = [
        {
            "ticket_id": number,
            "audience": audience,
            "digest": "",
            "words": f"{audience_token(audience)} {words}",
        }
        for number, *parts, department in rows
        for words in [document_words("\n".join(part for part in parts if part))]
        for audience in (HOTLINE, department)
    ]
    with RowBatch(session) as batch:
        batch.add(TicketDocument, documents)


if __name__ == "__main__":
    main()
