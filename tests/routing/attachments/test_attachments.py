"""Attachments: what is taken, what is left of it, who sees it; on SQLite and on PostgreSQL."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.attachments.errors import (
    AttachmentNotFoundError,
    FileRefusedError,
    NotRedactableError,
)
from routing.attachments.inspection import LARGEST_BYTES, Box, inspected
from routing.attachments.models import Attachment
from routing.attachments.service import Attachments
from routing.attachments.store import FOLDER, FileStore
from routing.schemas import AppealKind
from routing.tickets.errors import AppealElsewhereError, TicketNotFoundError
from routing.tickets.listing import TicketReach
from routing.tickets.models import TicketEvent
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, Register

ALL = TicketReach(everything=True)
CG, GA = TicketReach(department="CG"), TicketReach(department="GA")
_DEVICE, _GPS = 0x0110, 0x8825


def _photo(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A red picture with a white corner, taken by a named device at a place."""
    image = Image.new("RGB", (80, 40), (200, 0, 0))
    image.paste((255, 255, 255), (0, 0, 20, 20))
    exif = image.getexif()
    exif[_DEVICE] = "钱小满的手机"
    exif[0x0112] = orientation
    exif.get_ifd(_GPS)[2] = (26.0, 35.0, 12.0)
    written = io.BytesIO()
    image.save(written, kind, exif=exif.tobytes())
    return written.getvalue()


def _pdf() -> bytes:
    written = io.BytesIO()
    document = PdfDocument.new()
    document.new_page(200, 200)
    document.save(written)
    document.close()
    return written.getvalue()


@pytest.fixture
def kept(clock: FixedClock, casework: Casework, tmp_path: Path) -> Attachments:
    return Attachments(clock, casework.tickets, FileStore(tmp_path))


def _add(
    database: Database, kept: Attachments, ticket_no: str, name: str, content: bytes
) -> Attachment:
    with database.transaction() as session:
        return kept.add(session, ticket_no, name, content, DISPATCHER)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_lose_what_they_tell_and_stand_upright(kind: str) -> None:
    photo = _photo(kind, orientation=6)
    assert (
        b"\x94\xb1" in photo
        or "钱小满".encode() in photo
        or Image.open(io.BytesIO(photo)).getexif()
    )

    found = inspected(photo)

    image = Image.open(io.BytesIO(found.content))
    assert found.media_type == f"image/{kind.lower()}"
    assert dict(image.getexif()) == {}
    assert "钱小满".encode() not in found.content
    assert image.size == (40, 80)
    assert image.convert("RGB").getpixel((5, 70))[0] > 150


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只能上传"),
        (b"MZ" + bytes(200), "只能上传"),
        (b"GIF89a" + bytes(200), "只能上传"),
        (_photo()[:400], "损坏"),
        (b"%PDF-1.7 torn", "不完整"),
        (bytes(LARGEST_BYTES + 1), "超过10MB"),
    ],
    ids=["empty", "svg", "program", "gif", "torn picture", "torn pdf", "large"],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        inspected(content)
    assert words in refused.value.user_message


def test_a_picture_of_too_many_points_is_not_even_decoded() -> None:
    written = io.BytesIO()
    Image.new("1", (8_000, 6_000)).save(written, "PNG")
    with pytest.raises(FileRefusedError, match="too many pixels"):
        inspected(written.getvalue())


def test_files_lie_encrypted_outside_the_database_and_are_read_whole(
    database: Database, kept: Attachments, register: Register, tmp_path: Path
) -> None:
    number = register().ticket_no
    added = _add(database, kept, number, "..\\..\\a/钱<小>满.JPG.exe", _photo())

    assert added.name == "钱小满.JPG.jpg"
    (file,) = (one for one in (tmp_path / FOLDER).rglob("*") if one.is_file())
    assert b"JFIF" not in file.read_bytes()
    with database.reading() as session:
        read = kept.read(session, number, added.id, CG)
        assert Image.open(io.BytesIO(read.content)).size == (80, 40)
        raw = session.connection().exec_driver_sql("SELECT name FROM attachments").scalar_one()
    assert "小满".encode() not in bytes(raw)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(AttachmentNotFoundError), database.reading() as session:
        kept.read(session, number, added.id, CG)


def test_a_refused_file_leaves_nothing_behind(
    database: Database, kept: Attachments, register: Register, tmp_path: Path
) -> None:
    one, other = register(), register()
    with pytest.raises(AppealElsewhereError), database.transaction() as session:
        kept.add(session, one.ticket_no, "a.jpg", _photo(), DISPATCHER, other.number)
    with pytest.raises(TicketNotFoundError), database.transaction() as session:
        kept.add(session, "20260101-000001-1", "a.jpg", _photo(), DISPATCHER)
    assert [path for path in tmp_path.rglob("*") if path.suffix in {".kept", ".new"}] == []


def test_a_department_reaches_files_of_its_own_tickets_only(
    database: Database, clock: FixedClock, kept: Attachments, register: Register
) -> None:
    number = register().ticket_no
    added = _add(database, kept, number, "油烟.jpg", _photo())
    clock.moment += timedelta(minutes=1)
    with database.transaction() as session:
        own = kept.add(session, number, "已查处.jpg", _photo(), CITY_MANAGEMENT)

    with database.reading() as session:
        assert [one.name for one in kept.listed(session, number, CG)] == ["油烟.jpg", "已查处.jpg"]
        assert {one.number for one in kept.listed(session, number, CG)} == {None}
        assert own.appeal_id is None
    for act in (
        lambda session: kept.listed(session, number, GA),
        lambda session: kept.read(session, number, added.id, GA),
    ):
        with pytest.raises(TicketNotFoundError), database.reading() as session:
            act(session)


def test_a_reports_picture_is_the_departments_only_once_blacked_out(
    database: Database, kept: Attachments, register: Register
) -> None:
    report = register(kind=AppealKind.IRREGULARITY_REPORT, name="钱小满", text="无证经营")
    number = report.ticket_no
    added = _add(database, kept, number, "钱小满家窗口拍的.jpg", _photo())
    with database.reading() as session:
        assert kept.listed(session, number, CG) == []
        assert [one.protected for one in kept.listed(session, number, ALL)] == [True]
    with pytest.raises(AttachmentNotFoundError), database.reading() as session:
        kept.read(session, number, added.id, CG)

    with database.transaction() as session:
        kept.clear(session, number, added.id, [Box(0, 0, 0.5, 1)], DISPATCHER)

    with database.reading() as session:
        (seen,) = kept.listed(session, number, CG)
        assert (seen.name, seen.number) == ("附件1.jpg", None)
        theirs = kept.read(session, number, added.id, CG)
        ours = kept.read(session, number, added.id, ALL)
    assert "钱小满" not in theirs.name
    picture = Image.open(io.BytesIO(theirs.content)).convert("RGB")
    assert max(picture.getpixel((5, 5))) < 20
    assert picture.getpixel((70, 20))[0] > 150
    assert min(Image.open(io.BytesIO(ours.content)).getpixel((5, 5))) > 230


def test_a_reports_pdf_stays_with_the_hotline(
    database: Database, kept: Attachments, register: Register
) -> None:
    number = register(kind=AppealKind.IRREGULARITY_REPORT).ticket_no
    added = _add(database, kept, number, "合同.pdf", _pdf())
    with pytest.raises(NotRedactableError), database.transaction() as session:
        kept.clear(session, number, added.id, [], DISPATCHER)
    with database.reading() as session:
        assert kept.listed(session, number, CG) == []


def test_a_merge_takes_the_files_along_and_protects_those_that_were_open(
    database: Database, casework: Casework, kept: Attachments, register: Register
) -> None:
    ordinary, report = register(), register(kind=AppealKind.IRREGULARITY_REPORT)
    added = _add(database, kept, ordinary.ticket_no, "油烟.jpg", _photo())
    with database.transaction() as session:
        casework.regrouping.merge(
            session, ordinary.ticket_no, report.ticket_no, DISPATCHER, "同一家店"
        )

    with database.reading() as session:
        assert [one.id for one in kept.listed(session, report.ticket_no, ALL)] == [added.id]
        assert kept.listed(session, report.ticket_no, CG) == []
    with pytest.raises(AppealElsewhereError):
        _add(database, kept, report.ticket_no, "哪一位的.jpg", _photo())


def test_adding_and_clearing_are_events_without_names(
    database: Database, casework: Casework, kept: Attachments, register: Register
) -> None:
    number = register(kind=AppealKind.IRREGULARITY_REPORT).ticket_no
    added = _add(database, kept, number, "钱小满.jpg", _photo())
    with database.transaction() as session:
        kept.clear(session, number, added.id, [], DISPATCHER)
        rows = session.scalars(select(Attachment)).all()
        assert [row.cleared_by for row in rows] == [DISPATCHER.ref]

    with database.reading() as session:
        events = session.scalars(select(TicketEvent).order_by(TicketEvent.seq)).all()
    assert [one.kind for one in events][-2:] == ["attached", "attachment_cleared"]
    assert "钱小满" not in str([one.data for one in events])
