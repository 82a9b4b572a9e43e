"""What it costs to count open tickets again when a notice comes: ``python -m benchmarks.recount``.

Registers appeals in a database of its own on the day before New Year's Eve of the last published
year, so that their due times are provisional, loads a made-up notice for the next year and counts
them again, each in a transaction of its own, as ``hotline calendar import --apply`` does.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from statistics import quantiles

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.appeals.assembly import Casework, build_casework
from routing.appeals.schemas import NewAppeal
from routing.deadlines.calendar import SpecialDay, WorkCalendar, shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind, AppealReading, DepartmentCandidate, Outcome, Proposal
from routing.ticket_clocks import repository

BODY = Department(
    code="CG",
    name="城市管理局",
    short_name="城管局",
    level="市",
    territory="全市",
    receives_tickets=True,
)
APPEAL = NewAppeal(
    idempotency_key="recount", channel="web", kind=AppealKind.COMPLAINT, text="楼下烧烤店占道经营"
)
READING = AppealReading(
    kind=AppealKind.COMPLAINT,
    kind_probability=0.9,
    category=None,
    category_probability=0.0,
    appeal_probability=0.9,
    place=None,
    district=None,
    subdistrict=None,
    when=None,
    phone=None,
)
PROPOSAL = Proposal(
    outcome=Outcome.TICKET,
    reading=READING,
    lead=BODY.code,
    co=(),
    candidates=(DepartmentCandidate(BODY.code, 0.9, ()),),
    confidence=0.9,
    needs_dispatcher=False,
    asks=None,
    emergency_line=None,
    urgent=False,
    due_at=None,
)


def main() -> None:
    """Print the cost of one ticket."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000)
    parser.add_argument("--url", help="an empty database; SQLite in a temporary folder otherwise")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        install_keyring(load_keyring(Path(folder) / "keys.json"))
        database = Database(given.url or f"sqlite:///{folder}/recount.db")
        upgrade(database)
        _measure(database, given.tickets)
        database.dispose()


def _measure(database: Database, tickets: int) -> None:
    shipped = shipped_calendar()
    year = max(shipped.years) + 1
    clock = FixedClock(datetime(year - 1, 12, 30, 9, tzinfo=SHANGHAI))
    _register(database, _casework(shipped, clock), shipped, clock, tickets)
    rest = dict.fromkeys(
        (date(year, 1, day) for day in range(1, 8)), SpecialDay(working=False, name="元旦")
    )
    published = WorkCalendar(shipped.years | {year}, {**shipped.special_days, **rest})
    clocks = _casework(published, clock).clocks
    numbers, after = list[str](), 0
    while page := _page(database, after):
        numbers += [number for _, number in page]
        after = page[-1][0]
    times, moved = list[float](), Counter[bool]()
    for number in numbers:
        begun = time.perf_counter()
        with database.transaction() as session:
            change = clocks.recount_for_calendar(session, number, f"{year}年节假日安排已公布")
        times.append(1000 * (time.perf_counter() - begun))
        moved[change is not None and change.before != change.after] += 1
    cuts = quantiles(times, n=20)
    sys.stdout.write(
        f"{database.engine.dialect.name}: {len(times):,} tickets, {moved[True]:,} moved, "
        f"p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms, {sum(times) / 1000:.1f} s in all\n"
    )


def _casework(calendar: WorkCalendar, clock: FixedClock) -> Casework:
    deadlines = DeadlineService(calendar, load_rule_pack("guangdong_2022"), clock)
    return build_casework(clock, deadlines, {BODY.code: BODY})


def _register(
    database: Database, casework: Casework, calendar: WorkCalendar, clock: FixedClock, count: int
) -> None:
    deadlines = DeadlineService(calendar, load_rule_pack("guangdong_2022"), clock)
    due = deadlines.resolve_due(APPEAL.kind)
    for first in range(0, count, 100):
        with database.transaction() as session:
            for number in range(first, min(first + 100, count)):
                new = replace(APPEAL, idempotency_key=f"recount:{number}")
                casework.appeals.register(session, new, PROPOSAL, due)


def _page(database: Database, after: int) -> list[tuple[int, str]]:
    with database.reading() as session:
        return repository.running_numbers(session, after)


if __name__ == "__main__":
    main()
