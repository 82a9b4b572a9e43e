"""Lists as other offices send them, and an import service over two shipped guides."""

import csv
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from foundation.access.models import AccountRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService, Account
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.mapping import Mapping, load_mapping
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.rows import RowFinding, Severity
from knowledge_base.exchange.service import ImportService
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library

FILES = Path(__file__).parent / "files"
MAPPINGS = SHIPPED_DIRECTORY / "exchange/mappings"
CODES = ("M0102", "M0103")
REASON = "导入省级清单"

Rows = Iterable[Sequence[object]]


@pytest.fixture(scope="session")
def library() -> Library:
    whole = load_library()
    return replace(whole, matters={code: whole.matters[code] for code in CODES})


@pytest.fixture(scope="session")
def provincial() -> Mapping:
    return load_mapping(MAPPINGS / "provincial_list.yml")


@pytest.fixture(scope="session")
def county() -> Mapping:
    return load_mapping(MAPPINGS / "county_list.yml")


def table(name: str) -> list[list[str]]:
    """The rows of one of the example lists."""
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


WriteSheet = Callable[..., Path]


@pytest.fixture
def write_sheet(tmp_path: Path) -> WriteSheet:
    """Write rows as an XLSX file; an empty text is an empty cell."""

    def write(rows: Rows, name: str = "list.xlsx") -> Path:
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("清单")
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


class Desk:
    """The steps of an import as the edge takes them."""

    def __init__(self, database: Database, library: Library, limits: ExchangeLimits) -> None:
        clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
        self.database, self.clock = database, clock
        self._plans = ExitStack()
        access = AccessService(clock, session_hours=12)
        self.entries = EntryService(database, library, access, clock, PublishChecks())
        self.imports = ImportService(database, library, self.entries, limits)
        with database.transaction() as session:
            session.add_all(
                _account(name, role)
                for name, role in (
                    ("editor", Role.KNOWLEDGE_EDITOR),
                    ("operator", Role.OPERATOR),
                )
            )
            session.flush()
            self.editor: Account = access.named(session, "editor")
            self.operator: Account = access.named(session, "operator")

    def plan(self, path: Path, mapping: Mapping | None = None) -> ImportPlan:
        return self._plans.enter_context(self.imports.plan(path, mapping))

    def close(self) -> None:
        self._plans.close()

    def apply(self, path: Path, mapping: Mapping | None = None) -> ImportPlan:
        plan = self.plan(path, mapping)
        self.imports.apply(plan, self.editor, REASON)
        return plan

    def drafts(self) -> dict[str, dict[str, Any]]:
        """Every open content by code."""
        with self.database.reading() as session:
            return {one.code: one.content for one in session.query(EntryVersion)}


def _account(name: str, role: Role) -> AccountRow:
    return AccountRow(
        id=uuid.uuid4().hex,
        username=name,
        display_name=name,
        password_hash="-",
        roles=[role],
        active=True,
        created_at=datetime(2026, 11, 20, tzinfo=SHANGHAI),
    )


@pytest.fixture
def desk(database: Database, library: Library) -> Iterator[Desk]:
    made = Desk(database, library, ExchangeLimits())
    yield made
    made.close()


@pytest.fixture
def small_desk(sqlite_database: Database, library: Library) -> Iterator[Desk]:
    """On one database and with small limits: for what is refused before anything is asked."""
    limits = ExchangeLimits(rows=50, file_bytes=2**20, expanded_bytes=4 * 2**20)
    made = Desk(sqlite_database, library, limits)
    yield made
    made.close()


def errors(plan: ImportPlan) -> list[tuple[int, str, str]]:
    """(row, field, problem) of what keeps the file out."""
    return [_told(one) for one in plan.findings() if one.severity is Severity.ERROR]


def to_complete(plan: ImportPlan) -> list[tuple[int, str, str]]:
    """The same of what an editor has still to add."""
    return [_told(one) for one in plan.findings() if one.severity is Severity.TO_COMPLETE]


def _told(one: RowFinding) -> tuple[int, str, str]:
    return one.row, one.field, one.problem
