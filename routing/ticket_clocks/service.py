"""The rules of a ticket's clock: paused while the citizen is waited for, and counted again.

Tickets that are merged or split hand on what their clocks have gone through.

Extensions stand in ``extensions.py``.
Permission is the caller's question (``foundation.access``). Every method takes the caller's
transaction and only flushes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from routing.deadlines.derivation import moment_words
from routing.deadlines.rule_packs import LimitClock, RulePack
from routing.deadlines.service import DeadlineService
from routing.ticket_clocks import repository
from routing.ticket_clocks.counting import (
    ClockHistory,
    TicketDue,
    clock_history,
    dispatch_start,
    kept_starts,
    limit_of,
    ticket_due,
)
from routing.ticket_clocks.models import ExtensionState, TicketPause
from routing.ticket_clocks.schemas import DueChange, RulesOutcome
from routing.tickets.drafting import due_basis_of
from routing.tickets.models import Ticket
from routing.tickets.recording import Recorder
from routing.tickets.repository import active_shares, locked_ticket
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.states import TicketState

_WAITING = TicketState.AWAITING_CITIZEN


class DueListener(Protocol):
    """Who must know, in the same transaction, that a ticket's due time has moved."""

    def due_moved(self, session: Session, ticket: Ticket, change: DueChange) -> None:
        """Tell those concerned."""
        ...


class TicketClocks:
    """Moves due times; every move is an event with the time before and after."""

    def __init__(
        self,
        clock: Clock,
        deadlines: DeadlineService,
        outbox: Outbox,
        listeners: Sequence[DueListener] = (),
    ) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._recorder = Recorder(clock, outbox)
        self._listeners = tuple(listeners)

    def moved(self, session: Session, ticket: Ticket, source: TicketState, actor: Actor) -> None:
        """Pause or go on as the ticket's state says; a request nobody decided on lapses."""
        now = self._clock.now()
        if ticket.state is _WAITING:
            ticket.paused_at = now
            session.add(TicketPause(ticket_id=ticket.id, started_at=now))
        elif source is _WAITING:
            self._go_on(session, ticket, now, actor)
        if ticket.state not in repository.RUNNING:
            self._close_request(session, ticket, now)

    def _go_on(self, session: Session, ticket: Ticket, now: datetime, actor: Actor) -> None:
        for pause in repository.pauses_of(session, ticket.id):
            pause.ended_at = pause.ended_at or now
        ticket.paused_at = None
        session.flush()
        if ticket.state in repository.RUNNING:
            self.recount(session, ticket, "等待诉求人补充期间不计", actor)

    def _close_request(self, session: Session, ticket: Ticket, now: datetime) -> None:
        pending = repository.pending_extension(session, ticket.id)
        if pending is not None:
            pending.state, pending.decided_at = ExtensionState.CLOSED, now

    def count(self, session: Session, ticket: Ticket) -> TicketDue | None:
        """Return when the ticket is due by what is known now; changes nothing.

        ``None`` where its rules set no limit.
        """
        limit = limit_of(ticket.due_basis)
        if limit is None or ticket.resolve_due_at is None:
            return None
        return ticket_due(self._deadlines, limit, _history(session, ticket))

    def take_over(self, session: Session, source: Ticket, target: Ticket, actor: Actor) -> None:
        """Give ``target`` the due times of ``source`` where they end sooner (并单).

        To be called before ``source`` is closed. Where its citizen is waited for, its due time is
        what it would be, were the wait over now. With the time ``target`` takes what it rests on:
        start, pauses, extensions; pauses and extensions of ``target`` count from then on.
        """
        now = self._clock.now()
        if not source.dispatch_count and not target.dispatch_count:
            begun = min(dispatch_start(source), dispatch_start(target))
            self._dispatch_from(target, begun)
        due, basis = self._standing(session, source, now)
        if due is None or (target.resolve_due_at and target.resolve_due_at <= due.due_at):
            return
        basis |= {"dispatch_from": dispatch_start(target).isoformat()}
        # Nothing of the other citizen: whoever is told need not learn that there is one.
        self._set(session, target, due, basis, "办理安排调整，时限提前", actor, "due_moved")

    def begin_split(self, session: Session, opened: Ticket, present: Ticket) -> None:
        """Start the clocks of a ticket that was split off (拆分) from ``present``.

        It counts from its own registration by the rules in force; what stood still or was granted
        at the present ticket counts for it too, and it is due no later than that one. The time for
        dispatching it begins now, unless the present ticket has never been dispatched.
        """
        now = self._clock.now()
        waiting = not present.dispatch_count
        deadline = self._deadlines.resolve_due(opened.kind, opened.registered_at)
        due, basis = None, due_basis_of(deadline)
        limit = limit_of(basis)
        if limit is not None:
            history = replace(_history(session, present, now), start=opened.registered_at)
            due = ticket_due(self._deadlines, limit, history)
            basis["taken_over"] = history.kept(now)
            basis["derivation"] = [deadline.derivation[0], *due.derivation]
        other, other_basis = self._standing(session, present, now)
        if other is not None and (due is None or other.due_at < due.due_at):
            due, basis = other, other_basis
        opened.due_basis = basis
        opened.resolve_due_at = due.due_at if due else None
        opened.due_provisional = due.provisional if due else False
        self._dispatch_from(opened, dispatch_start(present) if waiting else now)
        session.flush()

    def _standing(
        self, session: Session, ticket: Ticket, now: datetime
    ) -> tuple[TicketDue | None, dict[str, Any]]:
        """Return when a ticket is due, were a wait over now, and the basis to take over with it."""
        basis = dict(ticket.due_basis)
        if ticket.resolve_due_at is None:
            return None, basis
        limit, history = limit_of(basis), _history(session, ticket, now)
        due = TicketDue(ticket.resolve_due_at, ticket.due_provisional, ())
        if limit is not None and ticket.paused_at is not None:
            due = ticket_due(self._deadlines, limit, history)
            basis["derivation"] = [*_rule_of(basis), *due.derivation]
        return due, basis | {"taken_over": history.kept(now)}

    def _dispatch_from(self, ticket: Ticket, begun: datetime) -> None:
        ticket.due_basis = {**ticket.due_basis, "dispatch_from": begun.isoformat()}
        counted = self._deadlines.clock_due(LimitClock.DISPATCH, ticket.kind, begun)
        ticket.dispatch_due_at = counted.due_at

    def recount(
        self, session: Session, ticket: Ticket, why: str, actor: Actor = SYSTEM
    ) -> DueChange | None:
        """Count again under the rules that the ticket was registered by.

        Args:
            session: a writing transaction that holds the ticket's lock.
            ticket: which.
            why: Chinese, for the event and for the citizen.
            actor: who caused it.

        Returns:
            What changed: the due time, or that it is no longer provisional; ``None`` when neither.
        """
        counted = self.count(session, ticket)
        if counted is None:
            return None
        derivation = [*_rule_of(ticket.due_basis), *counted.derivation]
        basis = {**ticket.due_basis, "derivation": derivation}
        return self._set(session, ticket, counted, basis, why, actor, "due_moved")

    def recount_for_calendar(self, session: Session, ticket_no: str, why: str) -> DueChange | None:
        """Count due time and windows again after a holiday notice was loaded.

        Raises:
            TicketNotFoundError: none of this number.
        """
        ticket = locked_ticket(session, ticket_no)
        if ticket.state not in repository.RUNNING:
            return None
        self._recount_windows(session, ticket, self._deadlines)
        return self.recount(session, ticket, why)

    def _recount_windows(
        self, session: Session, ticket: Ticket, deadlines: DeadlineService
    ) -> None:
        """Count again what has not run out by an act: dispatch, accept, contact, send-back."""
        pack, kind = ticket.due_basis.get("rule_pack"), ticket.kind
        if pack != deadlines.rule_pack.code:
            # Another pack's windows: they stay as they were counted at the dispatch.
            return
        due = deadlines.clock_due
        ticket.dispatch_due_at = due(LimitClock.DISPATCH, kind, dispatch_start(ticket)).due_at
        # Windows move without an event: supervision is to look again.
        ticket.next_supervision_at = self._clock.now()
        for share in active_shares(session, ticket.id):
            begun = share.dispatched_at
            share.accept_due_at = due(LimitClock.ACCEPT, kind, begun).due_at
            share.first_contact_due_at = due(LimitClock.FIRST_CONTACT, kind, begun).due_at
            share.send_back_until = due(LimitClock.SEND_BACK, kind, begun).due_at

    def change_rules(
        self, session: Session, ticket_no: str, pack: RulePack, actor: Actor, *, write: bool
    ) -> RulesOutcome | None:
        """Count an open ticket by another rule pack, from its registration on.

        An open ticket keeps the rules that it was registered by until somebody decides this.
        Where the new time has passed already, while the old one has not, it stays as it is: no
        rule makes a department late for what was in time under the rule it worked by.

        Args:
            session: a writing transaction, or a reading one when not ``write``.
            ticket_no: which.
            pack: the rules to go by.
            actor: who decided it.
            write: only say what would change when ``False``.

        Returns:
            What changes; ``None`` for a ticket whose clock does not run, or that the pack already
            rules.

        Raises:
            TicketNotFoundError: none of this number.
        """
        ticket = locked_ticket(session, ticket_no)
        before, old = ticket.resolve_due_at, ticket.due_basis.get("rule_pack")
        if ticket.state not in repository.RUNNING or old == pack.code:
            return None
        deadlines = self._deadlines.under(pack)
        history = _history(session, ticket)
        deadline = deadlines.resolve_due(ticket.kind, history.start)
        basis = due_basis_of(deadline) | kept_starts(ticket.due_basis)
        counted, limit = None, limit_of(basis)
        if limit is not None:
            counted = ticket_due(deadlines, limit, history)
            basis["derivation"] = [deadline.derivation[0], *counted.derivation]
        after, now = counted.due_at if counted else None, self._clock.now()
        kept = after is not None and after < now and (before is None or before >= now)
        outcome = RulesOutcome(ticket_no, old, before, before if kept else after, kept=kept)
        if write and not kept:
            why = f"改按{pack.name}计时"
            self._recount_windows_under(session, ticket, deadlines, basis)
            self._set(session, ticket, counted, basis, why, actor, "rules_changed")
        return outcome

    def _recount_windows_under(
        self,
        session: Session,
        ticket: Ticket,
        deadlines: DeadlineService,
        basis: dict[str, object],
    ) -> None:
        ticket.due_basis = {**ticket.due_basis, "rule_pack": basis["rule_pack"]}
        self._recount_windows(session, ticket, deadlines)

    def _set(
        self,
        session: Session,
        ticket: Ticket,
        counted: TicketDue | None,
        basis: dict[str, object],
        why: str,
        actor: Actor,
        kind: str,
    ) -> DueChange | None:
        before, was_provisional = ticket.resolve_due_at, ticket.due_provisional
        after = counted.due_at if counted else None
        provisional = counted.provisional if counted else False
        ticket.due_basis = basis
        moved = before != after
        if not moved and provisional == was_provisional and kind == "due_moved":
            session.flush()
            return None
        ticket.resolve_due_at, ticket.due_provisional = after, provisional
        change = DueChange(ticket.ticket_no, before, after, provisional, why)
        data = {
            "from": None if before is None else before.isoformat(),
            "to": None if after is None else after.isoformat(),
            "provisional": provisional,
            "reason": why,
            "rule_pack": basis.get("rule_pack"),
        }
        if not moved and kind == "due_moved":
            kind = "due_confirmed"
        self._recorder.note(session, ticket, kind, actor, data)
        session.flush()
        if moved:
            for listener in self._listeners:
                listener.due_moved(session, ticket, change)
        return change


def _history(session: Session, ticket: Ticket, until: datetime | None = None) -> ClockHistory:
    pauses = repository.pauses_of(session, ticket.id)
    extensions = repository.extensions_of(session, ticket.id)
    return clock_history(ticket, pauses, extensions, until)


def _rule_of(basis: Mapping[str, Any]) -> list[str]:
    """Return the line of a derivation that names the rule; none where it has no such line."""
    return [line for line in basis.get("derivation", ())[:1] if line.startswith("依据：")]


def due_words(change: DueChange) -> str:
    """Say to a citizen when their appeal is due now, and why."""
    if change.after is None:
        return f"没有办理时限（{change.why}）"
    mark = "（暂定）" if change.provisional else ""
    return f"{moment_words(change.after)}{mark}（{change.why}）"
