"""The chained event log of a ticket: HMAC-SHA-256, its key outside the database.

Each event's code covers its content and the code before it, so that a rewritten, removed or
cut-off event is found. The ticket's row lock serialises the sequence numbers.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.database.keyring import installed_keyring
from routing.tickets.models import FIRST_MAC, Ticket, TicketEvent
from routing.tickets.schemas import Actor, ChainFault
from routing.tickets.states import TicketState


def append_event(
    session: Session,
    ticket: Ticket,
    kind: str,
    target: TicketState,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Any],
    *,
    quiet: bool = False,
) -> TicketEvent:
    """Add the next event and move the ticket to ``target``, in the caller's transaction.

    Args:
        session: holds the ticket's row lock.
        ticket: its ``state``, ``version`` and the chain's head are moved on here; the caller
            flushes.
        kind: past tense, e.g. ``accepted``.
        target: the state afterwards; the current one where the event changes none.
        actor: who did it.
        at: when.
        data: JSON of references and masked text; never personal data, so that anonymising a
            citizen never breaks the chain.
        quiet: the event changes nothing that a reader of the ticket acts on, so that what they are
            about to do is not refused for its sake.
    """
    event = next_event(ticket, kind, target, actor, at, data, quiet=quiet)
    session.add(event)
    return event


def next_event(
    ticket: Ticket,
    kind: str,
    target: TicketState,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Any],
    *,
    quiet: bool = False,
) -> TicketEvent:
    """Return the next event of the chain and move the ticket on; the caller adds it."""
    event = TicketEvent(
        ticket_id=ticket.id,
        seq=ticket.last_seq + 1,
        kind=kind,
        from_state=ticket.state,
        to_state=target,
        actor=actor.ref,
        at=at,
        data=dict(data),
        previous_mac=ticket.head_mac,
    )
    event.mac = event_mac(ticket.ticket_no, event)
    ticket.last_seq = event.seq
    ticket.head_mac = event.mac
    ticket.state = target
    ticket.next_supervision_at = at
    ticket.version += not quiet
    return event


def event_mac(ticket_no: str, event: TicketEvent) -> str:
    """Return the code that ``event`` must carry (64 hex digits)."""
    content = {
        "ticket": ticket_no,
        "seq": event.seq,
        "kind": event.kind,
        "from": event.from_state.value,
        "to": event.to_state.value,
        "actor": event.actor,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "data": event.data,
        "previous": event.previous_mac,
    }
    secret = installed_keyring().secret("event_chain")
    return hmac.digest(secret, _canonical(content).encode(), "sha256").hex()


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def chain_faults(ticket: Ticket, events: list[TicketEvent]) -> Iterator[ChainFault]:
    """Yield what is wrong with one ticket's events, given in order of ``seq``."""
    expected, previous = 1, FIRST_MAC
    for event in events:
        for missing in range(expected, event.seq):
            yield ChainFault(ticket.ticket_no, missing, "事件缺失")
        if not hmac.compare_digest(event.mac, event_mac(ticket.ticket_no, event)):
            yield ChainFault(ticket.ticket_no, event.seq, "事件内容被改动")
        elif event.seq == expected and event.previous_mac != previous:
            yield ChainFault(ticket.ticket_no, event.seq, "与前一事件不衔接")
        expected, previous = event.seq + 1, event.mac
    for missing in range(expected, ticket.last_seq + 1):
        yield ChainFault(ticket.ticket_no, missing, "事件缺失")
    if expected - 1 > ticket.last_seq:
        yield ChainFault(ticket.ticket_no, ticket.last_seq, "工单的事件序号被改动")
    if expected - 1 != ticket.last_seq:
        return
    if previous != ticket.head_mac:
        yield ChainFault(ticket.ticket_no, ticket.last_seq, "工单所记的链尾与最后事件不符")
    last_state = events[-1].to_state if events else TicketState.DRAFT
    if last_state is not ticket.state:
        yield ChainFault(ticket.ticket_no, ticket.last_seq, "工单状态与最后事件不符")
