"""A ticket on paper (工单办理单): what its department may read, and nothing of who asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from foundation.clock import SHANGHAI
from knowledge_base.notices.parts import Line, Notice, Part
from knowledge_base.schema import City
from routing.deadlines.derivation import moment_words
from routing.tickets.listing import StaffTicket

_CITIZEN = "市民"
_PROTECTED = "市民（身份保密）。请勿追查、打听举报人，答复中不得写出能认出举报人的内容。"
_FOOT = "工单{number} · {printed}打印 · 内部办理使用"


def sheet_of(ticket: StaffTicket, names: Mapping[str, str]) -> Notice:
    """Return the sheet of a ticket, whoever reads it: appeals' numbers and channels stay out.

    Args:
        ticket: as the reader may read it.
        names: of departments, by code.
    """
    row = ticket.row
    about = [row.kind.label, row.state.label]
    about += ["紧急"] if row.urgent else []
    about += [f"第{row.round}次办理"] if row.round > 1 else []
    return Notice(
        title=f"工单办理单 {row.ticket_no}",
        summary="　".join(about),
        parts=tuple(_parts(ticket, names)),
        missing="",
    )


def _parts(ticket: StaffTicket, names: Mapping[str, str]) -> Iterator[Part]:
    row = ticket.row
    yield _part("诉求内容", ticket.text)
    further = [one.text for one in ticket.asked if one.text != ticket.text]
    if further:
        yield _part("并入的诉求", *further)
    facts = (
        ("地点", row.place),
        ("区县", row.district),
        ("时间", ticket.occurred),
        ("分类", row.category),
        ("诉求人", _PROTECTED if row.confidential else _CITIZEN),
        ("受理", moment_words(row.registered_at)),
    )
    yield _part("基本情况", *(f"{name}：{value}" for name, value in facts if value))
    due = "没有办理时限" if row.due_at is None else f"{moment_words(row.due_at)}前办结"
    mark = "（暂定）" if row.due_provisional else ""
    yield _part("办理时限", f"{due}{mark}", *ticket.due_derivation)
    active = [share for share in ticket.shares if share.active]
    if active:
        named = ((one.role.label, names.get(one.department, one.department)) for one in active)
        yield _part("承办单位", *(f"{role}：{name}" for role, name in named))
    for share in active:
        if share.reply:
            yield _part(f"{share.role.label}单位答复", share.reply)
    yield _part("办理经过", *(f"{moment_words(one.at)}　{one.label}" for one in ticket.events))


def _part(label: str, *lines: str) -> Part:
    split = (part for line in lines for part in line.split("\n") if part.strip())
    return Part(label, tuple(Line(one) for one in split))


def print_ticket(
    ticket: StaffTicket, names: Mapping[str, str], city: City, printed_at: datetime
) -> bytes:
    """Return the sheet as a PDF file; takes about half a second, most of it the font."""
    # Half a second of importing that the start need not spend.
    from knowledge_base.notices.printing import print_sheet  # noqa: PLC0415 -- see above

    printed = printed_at.astimezone(SHANGHAI)
    foot = _FOOT.format(number=ticket.row.ticket_no, printed=f"{printed:%Y-%m-%d %H:%M}")
    return print_sheet(sheet_of(ticket, names), city, foot=foot, phone=city.hotline_number)
