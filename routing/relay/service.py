"""The rules of the relay: a department asks, an informant answers, and neither meets the other.

Permission is the caller's question (``foundation.access``); that an informant is who they say, the
query code's. Every method takes the caller's transaction and only flushes.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from foundation.access.permissions import Role
from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from knowledge_base.schema import Department
from routing.appeals import repository as appeals
from routing.appeals.models import Appeal
from routing.appeals.outgoing import outgoing_reply
from routing.redactions.models import Redaction
from routing.redactions.repository import of_messages, settle
from routing.redactions.schemas import Wording
from routing.redactions.service import LEAST_REASON_CHARACTERS, Redactions
from routing.relay import repository
from routing.relay.errors import (
    AlreadyAnsweredError,
    EmptyMessageError,
    MessageNotFoundError,
    NoInformantError,
    NotAskedNowError,
    QuestionRefusedError,
    TooManyQuestionsError,
)
from routing.relay.models import RelayMessage
from routing.relay.schemas import CitizenQuestion
from routing.relay.states import HEARD, MessageKind, MessageState
from routing.relay.taking import take
from routing.reply_gate.schemas import ReplyFinding
from routing.reply_gate.service import ReplyGate
from routing.supervision.telling import TOLD
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.repository import active_shares, locked_share, locked_ticket, share_of
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.service import TicketService
from routing.tickets.states import TicketState

ASKED = "appeal.asked"
CITIZEN = Actor("citizen")
MOST_OPEN = 3  # questions to one informant
MOST_WAITING = 10  # of one informant, for the dispatcher
QUESTION_CHARACTERS = 1_000
ANSWER_CHARACTERS = 2_000
_REASON_CHARACTERS = 500
_BEGUN = (TicketState.ACCEPTED, TicketState.HANDLING, TicketState.AWAITING_CITIZEN)


class Relay:
    """Passes questions and answers on."""

    def __init__(
        self,
        clock: Clock,
        tickets: TicketService,
        redactions: Redactions,
        gate: ReplyGate,
        outbox: Outbox,
        departments: Mapping[str, Department],
    ) -> None:
        self._clock = clock
        self._tickets = tickets
        self._redactions = redactions
        self._gate = gate
        self._outbox = outbox
        self._departments = departments

    def ask(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        text: str,
        informant: int | None = None,
        version: int | None = None,
        *,
        pause: bool = False,
    ) -> Ticket:
        """Ask an informant something (转问): they read it with their number and query code.

        Args:
            session: a writing transaction.
            ticket_no: of the actor's department, which has accepted it.
            actor: who asks; the informant reads the department's name.
            text: the question.
            informant: the pseudonym's number; ``None`` where there is one alone.
            version: of the ticket, as the reader loaded it.
            pause: the lead cannot go on without the answer: the clock stands until it comes.

        Raises:
            TicketNotFoundError, StaleVersionError: not this department's, or changed since.
            NotAskedNowError: it has not accepted, or has answered already.
            NoInformantError: nobody of this pseudonym is protected here.
            EmptyMessageError: there are no words.
            QuestionRefusedError: the question would give the informant away.
            TooManyQuestionsError: several wait for their answer.
        """
        ticket, share = locked_share(session, ticket_no, actor.department, version)
        if share.accepted_at is None or ticket.state not in _BEGUN:
            sentence = "签收后、答复前才能向举报人提问。"
            raise NotAskedNowError(ticket_no, f"state {ticket.state}", sentence)
        appeal = _informant(session, ticket, informant)
        words = storable(text, QUESTION_CHARACTERS)
        if not words:
            raise EmptyMessageError
        findings = self._gate.check_question(session, ticket.id, words)
        if findings:
            raise QuestionRefusedError(ticket_no, findings)
        if repository.count_open(session, ticket.id, appeal.id) >= MOST_OPEN:
            raise TooManyQuestionsError(ticket_no)
        pauses = pause and share.role is AssignmentRole.LEAD
        message = self._question(session, ticket, share, appeal, words, actor, pauses=pauses)
        data = {"message": message.id, "department": share.department_code}
        self._tickets.note(session, ticket, "relay_asked", actor, data)
        if pauses:
            self._wait(session, ticket, actor)
        self._announce(session, ticket, appeal, message)
        session.flush()
        return ticket

    def _question(
        self,
        session: Session,
        ticket: Ticket,
        share: Assignment,
        appeal: Appeal,
        words: str,
        actor: Actor,
        *,
        pauses: bool,
    ) -> RelayMessage:
        message = RelayMessage(
            ticket_id=ticket.id,
            appeal_id=appeal.id,
            kind=MessageKind.QUESTION,
            state=MessageState.ASKED,
            department_code=share.department_code,
            text=words,
            pauses=pauses,
            actor=actor.ref,
            at=self._clock.now(),
        )
        session.add(message)
        session.flush()
        return message

    def review(
        self, session: Session, ticket_no: str, actor: Actor, text: str
    ) -> tuple[ReplyFinding, ...]:
        """Return what would keep a question from being passed on; nothing is changed.

        Raises:
            TicketNotFoundError: the actor's department has no part in the ticket.
        """
        found = share_of(session, ticket_no, actor.department or "")
        if found is None:
            raise TicketNotFoundError(ticket_no)
        return self._gate.check_question(session, found[0].id, storable(text, QUESTION_CHARACTERS))

    def questions(self, session: Session, appeal: Appeal) -> tuple[CitizenQuestion, ...]:
        """Return what an informant is asked, as they read it: no name the vault knows."""
        return tuple(
            CitizenQuestion(
                id=message.id,
                department=self._name(message.department_code),
                text=outgoing_reply(session, ticket.id, message.text),
                at=message.at,
                answered=message.state is not MessageState.ASKED,
            )
            for message, ticket in repository.questions_to(session, appeal.id)
        )

    def say(
        self, session: Session, appeal: Appeal, text: str, question_id: int | None = None
    ) -> None:
        """Take what an informant answers, or adds of their own accord (补充情况).

        A dispatcher confirms it before the department reads anything of it.

        Args:
            session: a writing transaction.
            appeal: of whoever has shown its query code, or speaks in its own conversation.
            text: their words.
            question_id: which question it answers; ``None``: said without being asked.

        Raises:
            NoInformantError: the appeal is not confidential: its citizen is called.
            EmptyMessageError: there are no words.
            MessageNotFoundError: no such question was put to them.
            AlreadyAnsweredError: it was answered.
            NotAskedNowError: nothing is going on any more, or too much waits.
        """
        words = storable(text, ANSWER_CHARACTERS)
        if not words:
            raise EmptyMessageError
        number, question = self._heard_at(session, appeal, question_id)
        ticket = locked_ticket(session, number)
        if question is not None:
            session.refresh(question)
        if question is not None and question.state is not MessageState.ASKED:
            raise AlreadyAnsweredError(question.id)
        if not appeal.confidential:
            raise NoInformantError(number, None)
        if ticket.state not in HEARD:
            sentence = "这件诉求已经办结，不再收补充；有新情况请重新反映。"
            raise NotAskedNowError(number, f"state {ticket.state}", sentence)
        if repository.count_waiting(session, appeal.id) >= MOST_WAITING:
            sentence = "您补充的几条还在核对，请稍后再补充。"
            raise NotAskedNowError(number, "too much waits", sentence)
        kind = take(
            session, self._tickets, ticket, appeal, words, CITIZEN, self._clock.now(), question
        )
        said = "举报人回答了提问" if question is not None else "举报人补充了情况"
        self._tell(session, ticket, kind, (Role.DISPATCHER,), f"{said}，请核对遮盖稿后转交。")
        if question is not None:
            question.state = MessageState.ANSWERED
            session.flush()
            waited = ticket.state is TicketState.AWAITING_CITIZEN
            if waited and not repository.count_open(session, ticket.id):
                self._tickets.advance(session, number, TicketState.HANDLING, SYSTEM)
        session.flush()

    def confirm(
        self,
        session: Session,
        ticket_no: str,
        message_id: int,
        text: str,
        actor: Actor,
        reason: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Confirm how departments read what an informant said; later calls make new versions.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            MessageNotFoundError: no such words of an informant at this ticket.
            RedactionEmptyError, PutBackWithoutReasonError: as for an appeal's own words.
        """
        ticket = locked_ticket(session, ticket_no, version)
        message, rows = _said(session, ticket, message_id)
        kept = self._redactions.confirmed_row(session, ticket, rows, Wording(text), actor, reason)
        message.state = MessageState.CONFIRMED
        data: dict[str, object] = {
            "message": message.id,
            "version": sum(row.confirmed_by is not None for row in rows) + 1,
        }
        if kept.reason is not None:
            data["why"] = kept.reason
        self._tickets.note(session, ticket, "relay_confirmed", actor, data)
        lead = next(
            (
                share.department_code
                for share in active_shares(session, ticket.id)
                if share.role is AssignmentRole.LEAD
            ),
            None,
        )
        if lead is not None:
            words = "有举报人的新回答或补充，请查看“转问举报人”。"
            self._tell(session, ticket, "relay_confirmed", _HANDLERS, words, lead)
        session.flush()
        return ticket

    def withhold(
        self,
        session: Session,
        ticket_no: str,
        message_id: int,
        actor: Actor,
        reason: str,
        version: int | None = None,
    ) -> Ticket:
        """Keep what an informant said from the department: it could not be told without them.

        Raises:
            TicketNotFoundError, StaleVersionError, MessageNotFoundError: as for ``confirm``.
            EmptyMessageError: nobody says why.
        """
        ticket = locked_ticket(session, ticket_no, version)
        message, rows = _said(session, ticket, message_id)
        why = mask(storable(reason, _REASON_CHARACTERS))
        if len(why) < LEAST_REASON_CHARACTERS:
            raise EmptyMessageError
        settle(rows)
        message.state = MessageState.WITHHELD
        data = {"message": message.id, "why": why}
        self._tickets.note(session, ticket, "relay_withheld", actor, data)
        session.flush()
        return ticket

    def _wait(self, session: Session, ticket: Ticket, actor: Actor) -> None:
        """Let the clock stand: the lead waits for the informant."""
        number = ticket.ticket_no
        if ticket.state is TicketState.ACCEPTED:
            self._tickets.advance(session, number, TicketState.HANDLING, actor)
        if ticket.state is TicketState.HANDLING:
            self._tickets.advance(session, number, TicketState.AWAITING_CITIZEN, actor)

    def _heard_at(
        self, session: Session, appeal: Appeal, question_id: int | None
    ) -> tuple[str, RelayMessage | None]:
        """Return the ticket that words belong to, and the question that they answer."""
        if question_id is None:
            standing = appeals.standing_links(session, appeal.id)
            heard = [ticket for _, ticket in standing if ticket.state in HEARD]
            return (heard or [standing[0][1]])[0].ticket_no, None
        for message, ticket in repository.questions_to(session, appeal.id):
            if message.id == question_id:
                return ticket.ticket_no, message
        raise MessageNotFoundError(question_id)

    def _announce(
        self, session: Session, ticket: Ticket, appeal: Appeal, message: RelayMessage
    ) -> None:
        """Tell the informant, where the appeal was made, that there is a question.

        The payload: ``number``, ``ticket_no``, ``conversation_id`` (or null), ``channel`` and
        ``text``: who asks, never what, because this may be read over somebody's shoulder.
        """
        payload = {
            "number": appeal.number,
            "ticket_no": ticket.ticket_no,
            "conversation_id": appeal.conversation_id,
            "channel": appeal.channel,
            "text": self._name(message.department_code) or "办理单位",
        }
        self._outbox.enqueue(session, ASKED, f"{ASKED}:{message.id}", payload)

    def _tell(
        self,
        session: Session,
        ticket: Ticket,
        kind: str,
        roles: Collection[Role],
        words: str,
        department: str | None = None,
    ) -> None:
        """Lay a notice at desks; ours, without a word of a person."""
        payload = {
            "ticket_no": ticket.ticket_no,
            "kind": kind,
            "department": department,
            "roles": sorted(roles),
            "text": f"工单{ticket.ticket_no}：{words}",
        }
        key = f"{TOLD}:{ticket.ticket_no}:{ticket.last_seq}"
        self._outbox.enqueue(session, TOLD, key, payload)

    def _name(self, code: str | None) -> str | None:
        department = self._departments.get(code or "")
        return None if department is None else department.name


_HANDLERS = (Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD)


def _informant(session: Session, ticket: Ticket, number: int | None) -> Appeal:
    """Return the protected appeal that a pseudonym stands for, while it is under the ticket."""
    known = repository.informants(session, ticket.id)
    here = [(at, one) for at, (one, standing) in enumerate(known, 1) if standing]
    chosen = [one for at, one in here if number is None or at == number]
    if len(chosen) != 1:
        raise NoInformantError(ticket.ticket_no, number)
    return chosen[0]


def _said(
    session: Session, ticket: Ticket, message_id: int
) -> tuple[RelayMessage, Sequence[Redaction]]:
    message = repository.one_of_ticket(session, ticket.id, message_id)
    if message is None or message.kind is MessageKind.QUESTION:
        raise MessageNotFoundError(message_id)
    return message, of_messages(session, [message.id])[message.id]
