"""Merging (并单), splitting and withdrawing: appeals change tickets, and no citizen loses anything.

Each citizen keeps number, query code, every reply, the follow-up and the right to disagree; the due
time never moves back, the protection never sinks. Permission is the caller's question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.appeals import repository as appeals
from routing.appeals.announcing import CitizenAnnouncer
from routing.appeals.models import Appeal, AppealTicket
from routing.appeals.outgoing import outgoing_reply
from routing.appeals.shielding import shielded
from routing.redactions.errors import RedactionNotConfirmedError
from routing.redactions.marking import put_back
from routing.redactions.models import Redaction
from routing.redactions.proposing import carry_over, propose
from routing.redactions.repository import of_words, settle_ticket
from routing.redactions.schemas import Wording
from routing.relay.repository import move_messages
from routing.schemas import strongest
from routing.ticket_clocks.service import TicketClocks
from routing.tickets import repository
from routing.tickets.errors import (
    AppealElsewhereError,
    IllegalTransitionError,
    MergeRefusedError,
)
from routing.tickets.models import Ticket
from routing.tickets.recording import MoveListener, Recorder
from routing.tickets.schemas import Actor, AskedBy, NewTicket
from routing.tickets.service import TEXT_CHARACTERS, TicketService
from routing.tickets.states import TRANSITIONS, TicketState, check_transition

_WITHDRAWN_WORDS = "诉求已撤回，不再办理。如果不是您本人撤回的，请拨打12345。"
# Answered tickets too: what a reply left out may become a ticket of its own.
_SPLITTABLE = frozenset({TicketState.REPLIED, TicketState.FOLLOWING_UP})


@dataclass(frozen=True, slots=True)
class NewPart:
    """What is split off, and to whom it goes."""

    number: str  # of the appeal
    text: str  # the part of it that the new ticket is about
    remaining: str | None = None  # what the present ticket is about from now on; None: as before
    moves: bool = False  # the appeal leaves the present ticket altogether
    lead: str | None = None  # None: a dispatcher decides


class Regrouping:
    """Moves appeals between tickets, each act in the caller's transaction."""

    def __init__(
        self,
        clock: Clock,
        tickets: TicketService,
        outbox: Outbox,
        clocks: TicketClocks,
        listeners: Sequence[MoveListener] = (),
    ) -> None:
        self._clock = clock
        self._tickets = tickets
        self._clocks = clocks
        # A ticket that closes while its citizen is waited for ends its pause.
        self._recorder = Recorder(clock, outbox, [clocks, *listeners])
        self._announcer = CitizenAnnouncer(outbox)

    def merge(
        self,
        session: Session,
        ticket_no: str,
        into: str,
        actor: Actor,
        reason: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Move every appeal of one ticket under another, and close the first (并单).

        The ticket that goes on takes the earlier due time, the stronger kind, urgency and
        confidentiality of the two.

        Args:
            session: a writing transaction.
            ticket_no: whose appeals move.
            into: the ticket that goes on.
            actor: who decided that both tell of the same.
            reason: why; masked in the events.
            version: of ``ticket_no``, as the reader loaded it.

        Raises:
            TicketNotFoundError, StaleVersionError: one of the two is not there, or has changed.
            IllegalTransitionError: one of them was answered or is closed.
            MergeRefusedError: both are the same, a citizen could no longer disagree, or would wait
                while the other ticket's clock stands.
        """
        source, target = self._both(session, ticket_no, into, version)
        _check_merge(source, target)
        numbers = [one.number for one in appeals.of_ticket(session, source.id)]
        before = target.resolve_due_at
        _take_over(source, target)
        self._clocks.take_over(session, source, target, actor)
        shares = repository.end_shares(session, source.id)
        source.merged_into = into
        data = {
            "into": into,
            "appeals": numbers,
            "reason": mask(storable(reason, TEXT_CHARACTERS)),
            "departments": [share.department_code for share in shares],
        }
        self._recorder.move(session, source, TicketState.MERGED, actor, data)
        # After the event: the merge itself belongs to what the citizens went through.
        self._move_links(session, source, target)
        settle_ticket(session, source.id)
        move_messages(session, source.id, target.id)
        joined = {
            "from": ticket_no,
            "appeals": numbers,
            "earlier_due": before != target.resolve_due_at,
        }
        self._recorder.note(session, target, "joined", actor, joined)
        return target

    def split(
        self,
        session: Session,
        ticket_no: str,
        part: NewPart,
        actor: Actor,
        version: int | None = None,
    ) -> Ticket:
        """Open a further ticket for one appeal, or move the appeal to a ticket of its own.

        The new ticket counts from the appeal's registration, and is due no later than the present
        one.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``merge``.
            AppealElsewhereError: the ticket does not answer this appeal.
            IllegalTransitionError: the ticket is closed, or was answered and the appeal would move.
            MergeRefusedError: the part has no words, or the ticket would be nobody's.
            DepartmentCannotHandleError: the lead is unknown or takes no tickets.
            RedactionNotConfirmedError: a lead for what nobody has confirmed yet.
        """
        appeal = appeals.locked(session, part.number)
        ticket = repository.locked_ticket(session, ticket_no, version)
        link = _link(session, ticket, appeal, part.number)
        assert appeal is not None
        self._check_split(session, ticket, part)
        if appeal.confidential:
            _check_confidential(session, ticket, appeal, part)
        text = _shielded(part.text, appeal)
        new_no = f"{appeal.number}-{appeals.tickets_opened_for(session, appeal.number) + 1}"
        opened = self._tickets.register(session, _new_ticket(ticket, appeal, new_no, text), actor)
        self._clocks.begin_split(session, opened, ticket)
        now = self._clock.now()
        session.add(AppealTicket(appeal_id=appeal.id, ticket_id=opened.id, since=now, part=text))
        if appeal.confidential:
            self._propose(session, ticket, appeal, opened.id, text)
        if part.moves:
            link.ended_at = now
        elif part.remaining:
            link.part = _shielded(part.remaining, appeal)
            if appeal.confidential:
                self._propose(session, ticket, appeal, ticket.id, link.part)
        data = {"ticket": new_no, "appeal": appeal.number, "moved": part.moves}
        self._recorder.note(session, ticket, "split", actor, data)
        self._tickets.await_dispatcher(session, opened, actor)
        session.flush()
        if part.lead is not None:
            self._tickets.dispatch(session, new_no, part.lead, actor)
        return opened

    def withdraw(
        self,
        session: Session,
        ticket_no: str,
        number: str,
        actor: Actor,
        note: str = "",
        version: int | None = None,
        asked_by: str | None = None,
    ) -> Ticket:
        """Take one citizen's appeal back (撤单); the ticket goes on for all others.

        ``note`` and ``asked_by`` say why and at whose word; departments read neither.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``merge``.
            AppealElsewhereError: the ticket does not answer this appeal.
            IllegalTransitionError: it was answered, or is closed.
        """
        ticket = repository.locked_ticket(session, ticket_no, version)
        appeal = appeals.by_number(session, number)
        link = _link(session, ticket, appeal, number)
        check_transition(ticket_no, ticket.state, TicketState.WITHDRAWN)
        # A name of the vault stays out of the chain, whoever writes it down.
        said = outgoing_reply(session, ticket.id, mask(storable(note, TEXT_CHARACTERS)))
        data = {"appeal": number, "note": said}
        if asked_by is not None:
            data["asked_by"] = asked_by
        if len(appeals.current_links(session, ticket.id)) > 1:
            link.ended_at = self._clock.now()
            self._recorder.note(session, ticket, "appeal_withdrawn", actor, data)
        else:
            self._recorder.move(session, ticket, TicketState.WITHDRAWN, actor, data)
        assert appeal is not None
        # Told also when somebody else did it: nobody's appeal disappears behind their back.
        self._announcer.tell_one(session, ticket, appeal, _WITHDRAWN_WORDS)
        return ticket

    def withdraw_at_word(
        self,
        session: Session,
        ticket_no: str,
        number: str,
        actor: Actor,
        asked_by: AskedBy,
        reason: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Take an appeal back for the citizen whom a dispatcher has spoken to; as ``withdraw``.

        Without the query code: the dispatcher has the ticket before them. Who asked is kept in the
        event, and ``reason`` where one was said.
        """
        note = asked_by.note(reason.strip())
        return self.withdraw(session, ticket_no, number, actor, note, version, asked_by)

    def _both(
        self, session: Session, ticket_no: str, into: str, version: int | None
    ) -> tuple[Ticket, Ticket]:
        if ticket_no == into:
            raise MergeRefusedError(ticket_no, "with itself", "不能并入自身，请选另一张工单。")
        # Always in one order: two who merge in opposite directions must not wait for each other.
        versions = {ticket_no: version, into: None}
        locked = {
            no: repository.locked_ticket(session, no, versions[no]) for no in sorted(versions)
        }
        return locked[ticket_no], locked[into]

    def _move_links(self, session: Session, source: Ticket, target: Ticket) -> None:
        """End the links to ``source`` and tie the same appeals to ``target``."""
        now = self._clock.now()
        for link in appeals.current_links(session, source.id):
            link.ended_at = now
            carry_over(session, link.appeal_id, source.id, target.id, now)
            known = session.get(AppealTicket, (link.appeal_id, target.id))
            if known is None:
                session.add(
                    AppealTicket(
                        appeal_id=link.appeal_id, ticket_id=target.id, since=now, part=link.part
                    )
                )
            else:
                # Split off before and now together again.
                known.part = _together(known, link)
                known.ended_at = None
        session.flush()

    def _propose(
        self, session: Session, ticket: Ticket, appeal: Appeal, of_ticket: int, text: str
    ) -> None:
        """Propose a part to be confirmed; place and time as they stand at the ticket split."""
        before = of_words(session, ticket.id, appeal.id)
        place, when = (before[-1].place, before[-1].occurred) if before else (None, None)
        propose(session, of_ticket, appeal.id, Wording(text, place, when), self._clock.now())

    def _check_split(self, session: Session, ticket: Ticket, part: NewPart) -> None:
        state = ticket.state
        open_still = TicketState.MERGED in TRANSITIONS[state]
        if not open_still and (part.moves or state not in _SPLITTABLE):
            raise IllegalTransitionError(ticket.ticket_no, state, state, state.label)
        if not storable(part.text, TEXT_CHARACTERS):
            raise MergeRefusedError(ticket.ticket_no, "no words", "请写明分出的是哪一部分。")
        if part.moves and len(appeals.current_links(session, ticket.id)) == 1:
            sentence = "工单里只有这一件诉求，不能移出；需要换单位的请重新派单。"
            raise MergeRefusedError(ticket.ticket_no, "its only appeal", sentence)


def _new_ticket(ticket: Ticket, appeal: Appeal, number: str, text: str) -> NewTicket:
    """Return what is registered for a part; its clocks are set once it is there."""
    return NewTicket(
        ticket_no=number,
        kind=appeal.kind,
        text=text,
        place=appeal.place,
        district=appeal.district,
        occurred=appeal.occurred,
        urgent=ticket.urgent,
        confidential=appeal.confidential,
        registered_at=appeal.registered_at,
        deadline=None,
        origin={"appeal": appeal.number, "split_from": ticket.ticket_no},
    )


def _link(session: Session, ticket: Ticket, appeal: Appeal | None, number: str) -> AppealTicket:
    links: Sequence[AppealTicket] = appeals.current_links(session, ticket.id)
    found = next((one for one in links if appeal and one.appeal_id == appeal.id), None)
    if found is None:
        raise AppealElsewhereError(ticket.ticket_no, number)
    return found


def _check_confidential(session: Session, ticket: Ticket, appeal: Appeal, part: NewPart) -> None:
    """Refuse a part of an informant's words that nobody could have confirmed, or proposed."""
    if part.lead is not None:
        sentence = "保密诉求分出的工单要先确认遮盖稿，请不要在分单时就选承办单位。"
        raise RedactionNotConfirmedError(ticket.ticket_no, "a lead given at a split", sentence)
    known = [words for row in of_words(session, ticket.id, appeal.id) for words in _said(row)]
    written = [_shielded(text, appeal) for text in (part.text, part.remaining) if text]
    added = put_back(known, written)
    if added:
        sentence = "分出的部分只能用遮盖稿里有的话，请改后再分。"
        raise MergeRefusedError(ticket.ticket_no, "words that were never proposed", sentence)


def _said(row: Redaction) -> tuple[str | None, ...]:
    return (row.text, row.place, row.occurred)


def _check_merge(source: Ticket, target: Ticket) -> None:
    """Refuse a merge that the states forbid, or that would cost a citizen something."""
    check_transition(source.ticket_no, source.state, TicketState.MERGED)
    if TicketState.MERGED not in TRANSITIONS[target.state]:
        raise IllegalTransitionError(
            target.ticket_no, target.state, TicketState.MERGED, target.state.label
        )
    if source.round < target.round:
        sentence = "要并入的工单已在重新办理，并入后市民就不能再要求重办，请分开办理。"
        raise MergeRefusedError(
            source.ticket_no, f"{target.ticket_no} is in round {target.round}", sentence
        )
    if target.state is TicketState.AWAITING_CITIZEN:
        sentence = "要并入的工单正在等另一位市民补充材料，时限停着；请等它恢复办理后再并入。"
        raise MergeRefusedError(
            source.ticket_no, f"{target.ticket_no} waits for somebody else", sentence
        )


def _take_over(source: Ticket, target: Ticket) -> None:
    """Give ``target`` whatever of ``source`` protects its citizens better."""
    target.kind = strongest([target.kind, source.kind])
    target.urgent = target.urgent or source.urgent
    target.confidential = target.confidential or source.confidential


def _together(known: AppealTicket, link: AppealTicket) -> str | None:
    """Return the part that two links of one appeal are about together; ``None``: all of it."""
    if known.ended_at is not None:
        return link.part
    if known.part is None or link.part is None or link.part == known.part:
        return None if known.part is None or link.part is None else known.part
    return f"{known.part}\n{link.part}"


def _shielded(text: str, appeal: Appeal) -> str:
    # Without the names of the vault: whoever splits would learn them from what gets hidden.
    clean = storable(text, TEXT_CHARACTERS)
    return shielded(clean, confidential=appeal.confidential, name=None, phone=None)
