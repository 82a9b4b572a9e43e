"""Photographs that wait for their appeal; every test runs on SQLite and on PostgreSQL."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.attachments.errors import FileRefusedError
from routing.attachments.models import Attachment, StagedFile
from routing.attachments.service import Attachments
from routing.attachments.staging import KEPT_FOR, MOST_STAGED, Staging, give_up
from routing.attachments.store import FileStore
from routing.tickets.listing import TicketReach
from routing.tickets.verifying import verify
from tests.casework_fixtures import Register

CONVERSATION = "a" * 32


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


def _files(data_dir: Path) -> list[Path]:
    return [one for one in (data_dir / "attachments").rglob("*") if one.is_file()]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def staging(clock: FixedClock, store: FileStore) -> Staging:
    return Staging(clock, store)


def test_registration_makes_waiting_photographs_the_appeals_own(
    database: Database,
    staging: Staging,
    store: FileStore,
    clock: FixedClock,
    casework: Casework,
    register: Register,
) -> None:
    with database.transaction() as session:
        staging.keep(session, CONVERSATION, "油烟.jpg", _picture())
        staging.keep(session, "b" * 32, "别人的.jpg", _picture())
    appeal = register(conversation_id=CONVERSATION, confidential=True)

    files = Attachments(clock, casework.tickets, store)
    with database.reading() as session:
        (kept,) = files.listed(session, appeal.ticket_no, TicketReach(everything=True))
        content = files.read(session, appeal.ticket_no, kept.id, TicketReach(everything=True))
        # Of a protected appeal: nothing for the department until a dispatcher has looked at it.
        assert files.listed(session, appeal.ticket_no, TicketReach(department="CG")) == []
        assert [one.name for one in session.scalars(select(StagedFile))] == ["别人的.png"]
        assert list(verify(session, appeal.ticket_no, {})) == []
    assert (kept.name, kept.protected, content.media_type) == ("油烟.png", True, "image/png")


def test_photographs_of_a_cancelled_draft_join_no_later_appeal(
    database: Database, staging: Staging, register: Register, tmp_path: Path
) -> None:
    with database.transaction() as session:
        staging.keep(session, CONVERSATION, "油烟.png", _picture())
        give_up(session, CONVERSATION)
        assert staging.waiting(session, CONVERSATION) == []
        staging.keep(session, CONVERSATION, "路灯.png", _picture())
    register(conversation_id=CONVERSATION)

    with database.transaction() as session:
        (kept,) = session.scalars(select(Attachment))
        assert kept.name == "路灯.png"
        assert staging.sweep(session) == 1
    assert len(_files(tmp_path)) == 1


def test_there_is_an_end_to_photographs_and_the_forgotten_are_taken_away(
    database: Database, staging: Staging, clock: FixedClock, tmp_path: Path
) -> None:
    with database.transaction() as session:
        for _ in range(MOST_STAGED):
            staging.keep(session, CONVERSATION, "油烟.png", _picture())
        with pytest.raises(FileRefusedError):
            staging.keep(session, CONVERSATION, "油烟.png", _picture())
    assert len(_files(tmp_path)) == MOST_STAGED

    clock.moment += KEPT_FOR + timedelta(minutes=1)
    with database.transaction() as session:
        assert staging.sweep(session) == MOST_STAGED
        assert session.scalars(select(Attachment)).all() == []
    assert _files(tmp_path) == []
