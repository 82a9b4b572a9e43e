"""Nobody sees a half import: killed, refused or under way it leaves the old state."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from foundation.access.models import AuditRow
from foundation.events.revisions import current_revision
from knowledge_base.entries.catalogue import open_versions
from knowledge_base.entries.errors import ImportSweptError, StaleEntryError
from knowledge_base.entries.models import Entry, EntryImport, EntryVersion, StagedDraft
from knowledge_base.entries.published import REVISION, published_on
from knowledge_base.entries.repository import open_version
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.plan import ImportPlan
from tests.knowledge_base.exchange.conftest import REASON, Desk, WriteSheet, table

TABLES = (Entry, EntryVersion, EntryImport, StagedDraft)
# A process that stages what it is told to and then waits to be killed.
CHILD = """
import json, sys, time
from datetime import datetime
from foundation.access.service import AccessService
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from knowledge_base.entries.staging import Staging
from knowledge_base.exchange.plan import _read

url, show, drafts = json.load(sys.stdin)
database, clock = Database(url), FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
access = AccessService(clock, session_hours=12)
with database.reading() as session:
    account = access.named(session, "editor")
staging = Staging(database, access, clock)
made = staging.begin(account, "list.xlsx")
staging.stage(made, account, "kill", [_read(one) for one in drafts])
if show:
    staging.show(made, account, len(drafts), 0)
print("staged", flush=True)
time.sleep(60)
"""


def counted(desk: Desk) -> list[int]:
    """How many rows each of the tables has."""
    with desk.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES]


def seen(desk: Desk) -> list[str]:
    """The codes of the drafts that an editor sees."""
    with desk.database.reading() as session:
        return [one.code for one in open_versions(session, desk.editor)]


def kill_after_staging(desk: Desk, plan: ImportPlan, *, show: bool) -> None:
    drafts = list(plan._drafts)
    url = desk.database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps([url, show, drafts]))
        child.stdin.close()
        assert child.stdout.readline() == "staged\n"
        os.kill(child.pid, signal.SIGKILL)


def test_import_killed_before_it_is_shown_leaves_nothing_and_the_next_start_clears_up(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = write_sheet(table("provincial.csv"))
    kill_after_staging(desk, desk.plan(path, provincial), show=False)

    assert counted(desk) == [3, 3, 1, 3]
    assert seen(desk) == []
    assert desk.imports.sweep() == 1
    assert counted(desk) == [0, 0, 0, 0]
    assert desk.apply(path, provincial).counts.new == 3
    assert seen(desk) == ["M200001", "M200002", "M200003"]


def test_import_killed_after_it_was_shown_is_whole_and_the_next_start_audits_it(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = write_sheet(table("provincial.csv"))
    kill_after_staging(desk, desk.plan(path, provincial), show=True)

    assert seen(desk) == ["M200001", "M200002", "M200003"]
    assert desk.imports.sweep() == 1
    with desk.database.reading() as session:
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert actions == ["knowledge.imported", *["knowledge.drafted"] * 3]
    assert desk.imports.sweep() == 0
    assert desk.plan(path, provincial).counts.unchanged == 3


def test_import_under_way_is_not_swept_and_hides_its_drafts_over_those_that_stand(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    desk.apply(write_sheet(rows), provincial)
    before = desk.drafts()
    rows[5][6] = "2小时"
    plan = desk.plan(write_sheet(rows), provincial)
    staging = desk.entries.staging
    import_id = staging.begin(desk.editor, "list.xlsx")
    for batch in plan.batches():
        staging.stage(import_id, desk.editor, REASON, batch)

    assert (staging.sweep(), counted(desk)) == (0, [3, 4, 2, 1])
    with desk.database.reading() as session:
        standing = open_version(session, "M200003")
    assert standing is not None
    assert standing.content == before["M200003"]

    staging.show(import_id, desk.editor, 0, 1)

    with desk.database.reading() as session:
        changed = open_version(session, "M200003")
    assert changed is not None
    assert changed.content["time_limit"]["committed"] == {"amount": 2, "unit": "小时"}
    assert changed.created_at == standing.created_at
    assert seen(desk) == ["M200001", "M200002", "M200003"]
    staging.settle(import_id)
    assert counted(desk) == [3, 3, 2, 0]


def test_entry_written_while_a_file_is_staged_refuses_the_file_and_keeps_the_editors_draft(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    plan = desk.plan(write_sheet(table("provincial.csv")), provincial)
    staging = desk.entries.staging
    import_id = staging.begin(desk.editor, "list.xlsx")
    for batch in plan.batches():
        staging.stage(import_id, desk.editor, REASON, batch)
    with desk.database.transaction() as session:
        content = {"code": "M200002", "title": "另写的一条"}
        desk.entries.drafts.save(session, desk.editor, content, "手工新建", 0)

    with pytest.raises(StaleEntryError):
        staging.show(import_id, desk.editor, 3, 0)
    staging.discard(import_id)

    assert (seen(desk), counted(desk)) == (["M200002"], [1, 1, 0, 0])
    with pytest.raises(ImportSweptError):
        staging.show(import_id, desk.editor, 3, 0)


def test_drafts_of_an_import_change_nothing_that_is_answered(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    with desk.database.reading() as session:
        before = current_revision(session, REVISION)

    desk.apply(write_sheet(table("provincial.csv")), provincial)

    with desk.database.reading() as session:
        today = desk.clock.now().date()
        # Indexes are renewed when the revision grows: drafts do not make it grow.
        assert current_revision(session, REVISION) == before
        assert published_on(session, today).matters == {}
    assert len(seen(desk)) == 3
