"""A list of 100,000 matters taken in, and again, while another process writes.

    .venv/bin/python -m benchmarks.kb_import [--rows 100000] [--format csv xlsx]
        [--database sqlite|postgresql+psycopg://…] [--keep FOLDER]

The list is made up from a fixed seed. Each format is imported into an empty database, then once
more. Meanwhile a process of its own commits one row every 50 ms, as a citizen's message does, and
notes how long it waited; before the import it does so for five seconds without any. A PostgreSQL
database named here must be empty and meant for this.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from benchmarks.figures import machine
from benchmarks.list_files import rows, write_list
from foundation.access.models import AccountRow, AuditRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService, Account
from foundation.clock import SystemClock
from foundation.database.keyring import install_keyring, new_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.mapping import load_mapping
from knowledge_base.exchange.service import ImportService
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library

SEED = 20261122
_EVERY_SECONDS = 0.05
_MAPPING = SHIPPED_DIRECTORY / "exchange/mappings/provincial_list.yml"
T = TypeVar("T")


def probe(url: str) -> None:
    """Commit one row after the other until standard input closes; print the waits in ms."""
    database, waits = Database(url), []
    alive = Path(sys.stdin.readline().strip())
    database.ping()
    print("ready", flush=True)
    while alive.exists():
        began = time.perf_counter()
        with database.transaction() as session:
            session.add(AuditRow(action="probe", subject="probe", at=datetime.now(UTC)))
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(_EVERY_SECONDS)
    waits.sort()
    shares = {"p50": 0.5, "p99": 0.99, "longest": 1.0}
    told = {name: round(waits[int(share * (len(waits) - 1))], 1) for name, share in shares.items()}
    print(json.dumps({"writes": len(waits), **told}))


@contextmanager
def probed(url: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Let another process write during the block; its waits are there afterwards."""
    waits: dict[str, Any] = {}
    alive = folder / f"probe-{uuid4().hex}"
    alive.touch()
    command = [sys.executable, "-m", "benchmarks.kb_import", "--probe", url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        other.stdin.write(f"{alive}\n")
        other.stdin.flush()
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield waits
        finally:
            alive.unlink()
            told, _ = other.communicate()
        waits.update(json.loads(told))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def one_account(database: Database, access: AccessService) -> Account:
    with database.transaction() as session:
        session.add(
            AccountRow(
                id=uuid4().hex,
                username="editor",
                display_name="editor",
                password_hash="-",
                roles=[Role.KNOWLEDGE_EDITOR],
                active=True,
                created_at=datetime.now(UTC),
            )
        )
        session.flush()
        return access.named(session, "editor")


def measure(path: Path, database: Database, library: Library, folder: Path) -> dict[str, Any]:
    """Import a list twice; return seconds, memory and the other writer's waits."""
    clock, mapping = SystemClock(), load_mapping(_MAPPING)
    access = AccessService(clock, session_hours=12)
    entries = EntryService(database, library, access, clock, PublishChecks())
    imports = ImportService(database, library, entries)
    account = one_account(database, access)
    url = database.engine.url.render_as_string(hide_password=False)
    with probed(url, folder) as idle:
        time.sleep(5)
    before = time.process_time()
    with probed(url, folder) as busy:
        plan, reading = timed(lambda: imports.plan(path, mapping))
        with plan:
            new = plan.counts.new
            _, writing = timed(lambda: imports.apply(plan, account, "benchmark"))
    processor = time.process_time() - before
    before = time.process_time()
    again, repeated = timed(lambda: imports.plan(path, mapping))
    with again:
        unchanged = again.counts.unchanged
    return {
        "new": new,
        "read and checked, s": round(reading, 1),
        "written and shown, s": round(writing, 1),
        "processor, s": round(processor, 1),
        "rows/s": round(new / (reading + writing)),
        "unchanged": unchanged,
        "again, s": round(repeated, 1),
        "again, processor, s": round(time.process_time() - before, 1),
        "peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "other writer, idle, ms": idle,
        "other writer, during the import, ms": busy,
    }


def one_format(options: argparse.Namespace) -> None:
    """Measure one format in this process, so that its memory is its own."""
    install_keyring(new_keyring())
    library = load_library()
    folder = Path(options.folder)
    path = folder / f"list-{options.rows}.{options.format[0]}"
    if not path.exists():
        bodies = [body.name for body in library.departments.values()]
        write_list(path, rows(options.rows, SEED, bodies, list(library.laws)))
    url = options.database
    if url == "sqlite":
        url = f"sqlite:///{folder}/{uuid4().hex}.db"
    database = Database(url)
    upgrade(database)
    try:
        found = measure(path, database, library, folder)
        print(json.dumps({"format": options.format[0], **found}, ensure_ascii=False))
    finally:
        database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--format", nargs="+", choices=["csv", "xlsx"], default=["csv", "xlsx"])
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--keep", type=Path, help="keep lists and databases in this folder")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--probe", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.probe:
        probe(options.probe)
    elif options.folder:
        one_format(options)
    else:
        run_all(options)


def run_all(options: argparse.Namespace) -> None:
    print(json.dumps(machine(), ensure_ascii=False))
    with tempfile.TemporaryDirectory(prefix="hotline-kb-import-") as temporary:
        folder = options.keep or Path(temporary)
        for ending in options.format:
            subprocess.run(
                [
                    *(sys.executable, "-m", "benchmarks.kb_import", "--folder", str(folder)),
                    *("--rows", str(options.rows), "--format", ending),
                    *("--database", options.database),
                ],
                check=True,
            )


if __name__ == "__main__":
    main()
