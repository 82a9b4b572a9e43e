"""How many appeals are registered in a second: ``python -m benchmarks.registration``.

Service layer, one process, so many writers at once: each registers appeals of its own, one
transaction each, with appeal, contact, ticket, dispatch, events in their chain, outbox messages,
search document and duplicate keys. Makes a database of its own on a PostgreSQL server (``--url``,
any database of it) and drops it; then the same on a SQLite file. Texts are the shipped calibration
appeals, places the gazetteer. Also told: how long one commit and one ``fdatasync`` take here, what
the server's processes use (where it runs on this machine), how often the driver waits for it, and
how long a fixed piece of Python takes at that moment: on a busy machine processor time grows, too.
``--profile`` prints where the process spends its processor time. Over HTTP:
``benchmarks/registration_http.py``.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import uuid4

import psutil
import psycopg
from sqlalchemy import create_engine, make_url, text

from foundation.clock import SystemClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from routing.appeals.assembly import Casework, build_casework
from routing.appeals.schemas import NewAppeal
from routing.city_data import load_taxonomy
from routing.deadlines.service import DeadlineService, load_deadline_service
from routing.schemas import (
    AppealKind,
    AppealReading,
    Category,
    DepartmentCandidate,
    Outcome,
    Proposal,
)

_WARM = 64
_KINDS = (AppealKind.COMPLAINT, AppealKind.ASSISTANCE)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--appeals", type=int, default=3_000)
    parser.add_argument("--writers", type=int, nargs="+", default=[16, 1])
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    for kind in ("postgresql", "sqlite") if given.only is None else (given.only,):
        with tempfile.TemporaryDirectory() as folder:
            install_keyring(load_keyring(Path(folder) / "keys.json"))
            url = None if kind == "sqlite" else given.url
            with _database(url, Path(folder)) as database:
                _measured(database, given)


def _measured(database: Database, given: argparse.Namespace) -> None:
    upgrade(database)
    _disk(database)
    work = Registering(database)
    asyncio.run(work.run(_WARM, 4))
    # On SQLite one writer is all there is; more of them only wait for each other.
    for writers in [1] if database.is_sqlite else given.writers:
        if given.profile:
            _profiled(work, given.appeals)
        else:
            asyncio.run(work.measure(given.appeals, writers))


class Registering:
    """Registers made-up appeals, no two with the same key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        clock = SystemClock()
        settings, library = load_settings(), load_library()
        self._deadlines: DeadlineService = load_deadline_service(settings, clock)
        self._casework: Casework = build_casework(clock, self._deadlines, library.departments)
        taxonomy = load_taxonomy()
        places = [place.name for place in library.places]
        told = [one for one in taxonomy.appeals if one.lead and one.lead in library.departments]
        told = [one for one in told if library.departments[one.lead or ""].receives_tickets]
        self._cases = cycle(
            (one.text, taxonomy.category(one.category), one.lead or "", places[n % len(places)])
            for n, one in enumerate(told)
        )
        self._numbers = count()
        self.times: list[float] = []

    async def measure(self, appeals: int, writers: int) -> None:
        """Register so many and print how fast that was."""
        self.times = []
        fixed = [_fixed_work()]
        with _counted_waits() as waits:
            server, own, begun = _server_seconds(), time.process_time(), time.perf_counter()
            await self.run(appeals, writers)
            seconds, used = time.perf_counter() - begun, time.process_time() - own
            server = _server_seconds() - server
        fixed.append(_fixed_work())
        cuts = quantiles(self.times, n=20)
        _say(
            f"{self._database.engine.dialect.name}, {writers} writers: {appeals:,} appeals in "
            f"{seconds:.1f} s = {appeals / seconds:.0f}/s; each p50 {cuts[9]:.1f} ms, "
            f"p95 {cuts[18]:.1f} ms; processor time each: own {1000 * used / appeals:.2f} ms, "
            f"server {1000 * server / appeals:.2f} ms; {waits[0] / appeals:.1f} waits for the "
            f"server each; fixed work {fixed[0]:.1f} and {fixed[1]:.1f} ms; "
            f"load {os.getloadavg()[0]:.1f}"
        )

    async def run(self, appeals: int, writers: int) -> None:
        """Register so many, ``writers`` at a time."""
        left = iter(range(appeals))
        await asyncio.gather(*(self._writer(left) for _ in range(writers)))

    async def _writer(self, left: Iterator[int]) -> None:
        for _ in left:
            new, proposal = self._next()
            begun = time.perf_counter()
            deadline = self._deadlines.resolve_due(new.kind)
            await self._database.write(
                lambda session, n=new, p=proposal, d=deadline: self._casework.appeals.register(  # type: ignore[misc]  # bound at once
                    session, n, p, d
                )
            )
            self.times.append(1000 * (time.perf_counter() - begun))

    def _next(self) -> tuple[NewAppeal, Proposal]:
        number = next(self._numbers)
        said, category, lead, place = next(self._cases)
        kind = _KINDS[number % 2]
        new = NewAppeal(
            idempotency_key=f"registration:{number}",
            channel="web",
            kind=kind,
            text=f"{said}（{place}{number}号）",
            conversation_id=f"{number:032x}",
            place=f"{place}{number}号",
            name=f"市民{number}",
            phone=f"139{number:08d}",
        )
        return new, _proposal(kind, category, lead, place)


def _proposal(kind: AppealKind, category: Category, lead: str, place: str) -> Proposal:
    reading = AppealReading(
        kind=kind,
        kind_probability=0.9,
        category=category,
        category_probability=0.9,
        appeal_probability=0.95,
        place=place,
        district=None,
        subdistrict=None,
        when="昨天晚上",
        phone=None,
    )
    evidence = (f"事项分类·{category.level1}/{category.level2}/{category.level3}：主办 {lead}",)
    return Proposal(
        outcome=Outcome.TICKET,
        reading=reading,
        lead=lead,
        co=(),
        candidates=(DepartmentCandidate(lead, 0.9, evidence),),
        confidence=0.9,
        needs_dispatcher=False,
        asks=None,
        emergency_line=None,
        urgent=False,
        due_at=None,
    )


def _profiled(work: Registering, appeals: int) -> None:
    """Register one after the other in this thread, and print what took the time."""
    profile = cProfile.Profile(time.process_time)
    cases = [work._next() for _ in range(appeals)]  # noqa: SLF001 -- this file's own class
    profile.enable()
    for new, proposal in cases:
        deadline = work._deadlines.resolve_due(new.kind)  # noqa: SLF001 -- same
        with work._database.transaction() as session:  # noqa: SLF001 -- same
            work._casework.appeals.register(session, new, proposal, deadline)  # noqa: SLF001 -- same
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


def _fixed_work() -> float:
    """Return the milliseconds of processor time that a fixed piece of Python takes now."""
    begun, seen = time.process_time(), dict[int, int]()
    for number in range(200_000):
        seen[number & 1023] = seen.get(number & 511, 0) + number
    return 1000 * (time.process_time() - begun)


def _server_seconds() -> float:
    """Return the processor time of PostgreSQL's processes on this machine so far."""
    used = 0.0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres":
                times = process.cpu_times()
                # Of its children only those that have ended are in the parent's account.
                used += times.user + times.system + times.children_user + times.children_system
    return used


@contextmanager
def _counted_waits() -> Iterator[list[int]]:
    """Count how often the driver waits for PostgreSQL."""
    waits, wait = [0], psycopg.Connection.wait

    def counted(connection: Any, *given: Any, **options: Any) -> Any:
        waits[0] += 1
        return wait(connection, *given, **options)

    psycopg.Connection.wait = counted  # type: ignore[method-assign, assignment]  # put back below
    try:
        yield waits
    finally:
        psycopg.Connection.wait = wait  # type: ignore[method-assign]  # as it was


@contextmanager
def _database(server_url: str | None, folder: Path) -> Iterator[Database]:
    if server_url is None:
        database = Database(f"sqlite:///{folder / 'registration.db'}")
        yield database
        database.dispose()
        return
    name = f"hotline_bench_{uuid4().hex[:12]}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _disk(database: Database, times: int = 200) -> None:
    """Print how long one small commit and one ``fdatasync`` take."""
    with tempfile.NamedTemporaryFile() as file:
        waits = []
        for _ in range(times):
            file.write(b"x" * 8192)
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append(1000 * (time.perf_counter() - begun))
    _say(f"fdatasync of 8 KiB: {_middle(waits):.2f} ms")
    if database.is_sqlite:
        return
    with database.engine.connect() as connection:
        connection.execute(text("CREATE TABLE commits (n int)"))
        connection.commit()
        waits = []
        for number in range(times):
            begun = time.perf_counter()
            connection.execute(text("INSERT INTO commits VALUES (:n)"), {"n": number})
            connection.commit()
            waits.append(1000 * (time.perf_counter() - begun))
        shown = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("fsync", "synchronous_commit", "wal_sync_method")
        }
    _say(f"one row and its commit: {_middle(waits):.2f} ms ({shown})")


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
