"""The verifier: chains held against themselves, and against what was sealed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from routing.tickets.checkpoints import Checkpoint, SealFile
from routing.tickets.events import chain_faults
from routing.tickets.models import FIRST_MAC, EventCheckpoint, Ticket, TicketEvent
from routing.tickets.schemas import ChainFault, CheckpointFault

_BATCH = 500
_COPY_WITHIN = timedelta(minutes=10)  # the file follows the database once a minute

Sealed = Mapping[str, Mapping[int, str]]  # ticket number → sequence number → code


@dataclass(slots=True)
class Seals:
    """What the checkpoints of file and database say together."""

    heads: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    faults: list[CheckpointFault] = field(default_factory=list)


def read_seals(session: Session, file: SealFile, clock: Clock) -> Seals:
    """Read every checkpoint of file and database; what does not fit becomes a fault."""
    seals = Seals()
    in_file = _read_file(file, seals)
    number, previous = 0, FIRST_MAC
    rows = session.scalars(
        select(EventCheckpoint).order_by(EventCheckpoint.number).execution_options(yield_per=_BATCH)
    )
    for one in map(Checkpoint.of, rows):
        for missing in range(number + 1, one.number):
            seals.faults.append(CheckpointFault(missing, "数据库中的封存点缺失"))
        if not one.genuine:
            seals.faults.append(CheckpointFault(one.number, "数据库中的封存点被改动"))
        elif one.number == number + 1 and one.previous_mac != previous:
            seals.faults.append(CheckpointFault(one.number, "与前一封存点不衔接"))
        elif one.number in in_file and in_file[one.number] != one.mac:
            seals.faults.append(CheckpointFault(one.number, "与封存文件不符"))
        elif one.number not in in_file and clock.now() > one.at + _COPY_WITHIN:
            seals.faults.append(CheckpointFault(one.number, "封存文件中没有"))
        else:
            _note(one, seals)
        number, previous = one.number, one.mac
    for missing in range(number + 1, max(in_file, default=0) + 1):
        seals.faults.append(CheckpointFault(missing, "数据库中的封存点缺失"))
    return seals


def _read_file(file: SealFile, seals: Seals) -> dict[int, str]:
    """Note the file's heads; return the code of each of its checkpoints."""
    known: dict[int, str] = {}
    number, previous = 0, FIRST_MAC
    for line in file.lines():
        try:
            one = Checkpoint.read(line)
        except ValueError:
            seals.faults.append(CheckpointFault(number + 1, "封存文件的这一行读不出"))
            continue
        for missing in range(number + 1, one.number):
            seals.faults.append(CheckpointFault(missing, "封存文件中缺失"))
        if not one.genuine:
            seals.faults.append(CheckpointFault(one.number, "封存文件中的内容被改动"))
        elif one.number == number + 1 and one.previous_mac != previous:
            seals.faults.append(CheckpointFault(one.number, "封存文件中与前一封存点不衔接"))
        else:
            known[one.number] = one.mac
            _note(one, seals)
        number, previous = one.number, one.mac
    return known


def _note(one: Checkpoint, seals: Seals) -> None:
    for ticket_no, seq, mac in one.heads:
        seals.heads[ticket_no][seq] = mac


def verify(
    session: Session, ticket_no: str | None = None, sealed: Sealed | None = None
) -> Iterator[ChainFault]:
    """Check the chain of one ticket, or of all; yield every fault by ticket and event.

    Args:
        session: a reading transaction.
        ticket_no: the one; ``None`` for all.
        sealed: what ``read_seals`` found; ``None`` holds the chains against themselves only.
    """
    query = (
        select(Ticket, TicketEvent)
        .outerjoin(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .order_by(Ticket.id, TicketEvent.seq)
        .execution_options(yield_per=_BATCH)
    )
    if ticket_no is not None:
        query = query.where(Ticket.ticket_no == ticket_no)
    left = set(sealed or ()) if ticket_no is None else set()
    for _, group in groupby(session.execute(query), key=lambda row: row[0].id):
        pairs = list(group)
        ticket: Ticket = pairs[0][0]
        events = [event for _, event in pairs if event is not None]
        yield from chain_faults(ticket, events)
        if sealed is not None:
            yield from _seal_faults(ticket, events, sealed.get(ticket.ticket_no, {}))
        left.discard(ticket.ticket_no)
    for gone in sorted(left):
        yield ChainFault(gone, max((sealed or {})[gone]), "已封存的工单及其事件被删除")


def _seal_faults(
    ticket: Ticket, events: list[TicketEvent], sealed: Mapping[int, str]
) -> Iterator[ChainFault]:
    macs = {event.seq: event.mac for event in events}
    for seq, mac in sorted(sealed.items()):
        if seq not in macs:
            # Also named by the chain itself, unless its recorded end was moved back too.
            if seq > ticket.last_seq:
                yield ChainFault(ticket.ticket_no, seq, "已封存的事件缺失")
        elif macs[seq] != mac:
            yield ChainFault(ticket.ticket_no, seq, "与已封存的内容不符")
    if ticket.sealed_seq != max(sealed, default=0):
        yield ChainFault(ticket.ticket_no, ticket.sealed_seq, "工单的封存进度被改动")
