"""Appeals: registered once, dispatched to whom routing proposes, followed by their citizen."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.database.encrypted import blind_index
from foundation.database.rows import RowBatch
from knowledge_base.schema import Department
from routing.appeals import repository
from routing.appeals.errors import ProgressNotFoundError
from routing.appeals.intake import TakenAppeal, take
from routing.appeals.models import Appeal, AppealTicket, Contact, InformantVault
from routing.appeals.numbering import digits_of, new_query_code, next_number, plain_number
from routing.appeals.opening import AppealOpening, openings
from routing.appeals.progress import ProgressReader, code_matches, named_body
from routing.appeals.progress_lock import ProgressLock
from routing.appeals.schemas import (
    Asked,
    ContactView,
    NewAppeal,
    ProgressView,
    RegisteredAppeal,
    RegisteredTicket,
)
from routing.attachments.staging import CITIZEN, claim
from routing.deadlines.service import ResolveDeadline
from routing.finding.documents import add_fresh
from routing.redactions.proposing import proposed
from routing.relay.service import Relay
from routing.schemas import Proposal
from routing.tickets import repository as ticket_repository
from routing.tickets.models import Assignment, Ticket
from routing.tickets.opening import OpenedTicket
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.service import TicketService
from routing.tickets.states import TicketState

_CLIENT_KEY_CHARACTERS = 200


class AppealService:
    """Registers appeals and tells their citizens how they stand."""

    def __init__(
        self,
        clock: Clock,
        departments: Mapping[str, Department],
        tickets: TicketService,
        relay: Relay,
    ) -> None:
        self._clock = clock
        self._departments = departments
        self._tickets = tickets
        self._relay = relay
        self._lock = ProgressLock(clock)

    def register(
        self,
        session: Session,
        new: NewAppeal,
        proposal: Proposal,
        deadline: ResolveDeadline | None,
        actor: Actor = SYSTEM,
    ) -> RegisteredAppeal:
        """Register an appeal and open its tickets; the same ``idempotency_key`` registers once.

        A ticket is dispatched at once to the lead that ``proposal`` names, or waits for a
        dispatcher where the proposal asks for one or its lead takes no tickets. Each part of the
        proposal becomes a ticket of its own, -1, -2, …, linked with the others.

        Args:
            session: a writing transaction.
            new: the citizen's words; identity goes to the contact or vault table, never further.
            proposal: what routing made of it.
            deadline: by when it must be resolved; ``None`` where nothing is due.
            actor: the system, or the operator who took it down.
        """
        taken = take(new, proposal, self._clock.now())
        day, key = taken.registered_at.astimezone(SHANGHAI).date(), new.idempotency_key
        number = next_number(session, day, unless_known=key)
        if number is None:
            return self._known(session, key)
        appeal = _appeal(number, taken)
        wanted = openings(appeal, taken, proposal, deadline, self._tickets)
        written = repository.add_unless_known(session, appeal, len(wanted))
        if written is None:
            # An equal request was first by a moment; its transaction is over by now.
            return self._known(session, key)
        identity = _identity(appeal, taken)
        opened = self._open(session, appeal, identity, wanted, written.ticket_ids, actor)
        if written.photos:
            self._claim_photos(session, appeal, opened[0].ticket.id)
        told = [
            self._ticket(one.ticket, appeal, asked.part, _lead(one.shares))
            for one, asked in zip(opened, wanted, strict=True)
        ]
        return _registered(appeal, told, [one.part for one in wanted])

    def progress(
        self, session: Session, number: str, code_or_last4: str, client_key: str
    ) -> ProgressView:
        """Return where an appeal stands, for who knows its query code.

        Args:
            session: a writing transaction (``Database.transaction``): a wrong try is kept even
                though it is refused.
            number: the appeal's number, or its ticket's.
            code_or_last4: the query code; or the last four digits of the phone that was given,
                where the appeal is not confidential.
            client_key: who asks, e.g. ``ip:192.0.2.7`` or ``conversation:…``; kept as a digest.

        Raises:
            ProgressNotFoundError: number or code is wrong; the same words for both.
            ProgressLockedError: five wrong tries lock number and address for 15 minutes.
        """
        appeal = self._opened(session, number, code_or_last4, client_key, by_phone=True)
        return self._view(session, appeal)

    def opened(self, session: Session, number: str, code: str, client_key: str) -> Appeal:
        """Return the appeal to who may act on it: its query code alone opens it for that.

        Raises as ``progress``, whose wrong tries count together with these.
        """
        return self._opened(session, number, code, client_key, by_phone=False)

    def say(
        self,
        session: Session,
        number: str,
        code: str,
        client_key: str,
        text: str,
        question: int | None = None,
    ) -> ProgressView:
        """Take what a protected citizen answers or adds, and return where the appeal stands.

        Args:
            session: a writing transaction, as for ``progress``.
            number: the appeal's number.
            code: its query code.
            client_key: who asks, as for ``progress``.
            text: their words.
            question: which question they answer; ``None``: said without being asked.

        Raises:
            ProgressNotFoundError, ProgressLockedError: as for ``progress``.
            NotFoundError, ConflictError, MalformedInputError: as for ``Relay.say``.
        """
        appeal = self.opened(session, number, code, client_key)
        self._relay.say(session, appeal, text, question)
        return self._view(session, appeal)

    def say_in_conversation(
        self,
        session: Session,
        number: str,
        conversation_id: str,
        text: str,
        question: int | None = None,
    ) -> ProgressView:
        """Take the same in the conversation that registered the appeal: no code needed.

        Raises:
            ProgressNotFoundError: it was not registered in this conversation.
            NotFoundError, ConflictError, MalformedInputError: as for ``Relay.say``.
        """
        appeal = self._of_conversation(session, number, conversation_id)
        self._relay.say(session, appeal, text, question)
        return self._view(session, appeal)

    def progress_for_conversation(
        self, session: Session, number: str, conversation_id: str
    ) -> ProgressView:
        """Return where an appeal stands, in the conversation that registered it: no code needed.

        Raises:
            ProgressNotFoundError: it was not registered in this conversation.
        """
        return self._view(session, self._of_conversation(session, number, conversation_id))

    def forget_old_tries(self, session: Session) -> None:
        """Remove counts of wrong tries that lock nobody any more; for periodic work."""
        self._lock.forget_old(session)

    def contacts(self, session: Session, ticket_no: str, actor: Actor) -> list[ContactView]:
        """Return how to reach the citizens behind a ticket; the reading is recorded.

        Confidential appeals are left out: their identity is in the vault only.

        Args:
            session: a writing transaction.
            ticket_no: of the actor's department.
            actor: who reads.

        Raises:
            TicketNotFoundError: the actor's department has no part in it.
        """
        ticket, _ = ticket_repository.locked_share(session, ticket_no, actor.department)
        found = [
            contact_view(appeal, contact)
            for appeal in repository.of_ticket(session, ticket.id)
            if (contact := repository.contact_of(session, appeal.id)) is not None
        ]
        data = {"department": actor.department, "appeals": [view.number for view in found]}
        self._tickets.note(session, ticket, "contact_read", actor, data)
        return found

    def _opened(
        self, session: Session, number: str, given: str, client_key: str, *, by_phone: bool
    ) -> Appeal:
        """Return the appeal that number and code open; a wrong try is counted."""
        asked = plain_number(number)
        attempt = self._lock.check(session, asked, client_key[:_CLIENT_KEY_CHARACTERS])
        appeal = repository.by_number(session, asked)
        contact = repository.contact_of(session, appeal.id) if appeal and by_phone else None
        if not code_matches(appeal, contact, given) or appeal is None:
            attempt.failed()
            raise ProgressNotFoundError
        attempt.succeeded()
        return appeal

    def _of_conversation(self, session: Session, number: str, conversation_id: str) -> Appeal:
        appeal = repository.of_conversation(session, plain_number(number), conversation_id)
        if appeal is None:
            raise ProgressNotFoundError
        return appeal

    def _open(
        self,
        session: Session,
        appeal: Appeal,
        identity: Contact | InformantVault,
        wanted: Sequence[AppealOpening],
        ticket_ids: Sequence[int],
        actor: Actor,
    ) -> list[OpenedTicket]:
        """Write the tickets and all that stands beside them."""
        opener = self._tickets.opener
        opened = opener.open([one.opening for one in wanted], ticket_ids, actor)
        links = [
            AppealTicket(appeal_id=appeal.id, ticket_id=one.ticket.id, part=asked.part)
            for one, asked in zip(opened, wanted, strict=True)
        ]
        now, fresh = self._clock.now(), list[tuple[Ticket, Asked, Sequence[Assignment]]]()
        # Of a confidential one the ticket says nothing yet, so nor does anything made of it.
        place = None if appeal.confidential else appeal.place
        for one in opened:
            asked_here = Asked(appeal, one.ticket.text, place, one.ticket.occurred)
            fresh.append((one.ticket, asked_here, one.shares))
        with RowBatch(session) as rows:
            rows.add_rows([identity])
            opener.add_to(rows, opened)
            rows.add_rows(links)
            if appeal.confidential:
                pairs = zip(opened, wanted, strict=True)
                rows.add_rows(
                    [proposed(one.ticket.id, appeal.id, asked.wording, now) for one, asked in pairs]
                )
            add_fresh(rows, fresh)
        return opened

    def _claim_photos(self, session: Session, appeal: Appeal, ticket_id: int) -> None:
        """Add what the citizen sent while the appeal was taken down, to its first ticket."""
        assert appeal.conversation_id is not None
        now, actor = self._clock.now(), Actor(CITIZEN)
        for file_id in claim(session, appeal.conversation_id, ticket_id, appeal.id, now):
            data = {"attachment": file_id, "department": None}
            ticket = session.get_one(Ticket, ticket_id)
            self._tickets.note(session, ticket, "attached", actor, data)

    def _known(self, session: Session, key: str) -> RegisteredAppeal:
        """Return what was told when the appeal was registered, as its tickets stand now."""
        appeal = repository.by_idempotency_key(session, key)
        assert appeal is not None
        standing = repository.standing_links(session, appeal.id)
        told = [
            self._ticket(ticket, appeal, link.part, self._lead_of(session, ticket))
            for link, ticket in standing
        ]
        return _registered(appeal, told, [link.part for link, _ in standing])

    def _lead_of(self, session: Session, ticket: Ticket) -> str | None:
        share = repository.lead_share(session, ticket.id)
        return None if share is None else share.department_code

    def _ticket(
        self, ticket: Ticket, appeal: Appeal, part: str | None, lead: str | None
    ) -> RegisteredTicket:
        if ticket.state is TicketState.DECLINED:
            lead = named_body(ticket)
        return RegisteredTicket(
            ticket_no=ticket.ticket_no,
            # The citizen's own words: a confidential ticket says nothing yet.
            text=part or (appeal.text if appeal.confidential else ticket.text),
            state=ticket.state,
            state_label=ticket.state.label,
            department_code=lead,
            department_name=self._name_of(lead),
            due_at=ticket.resolve_due_at,
            provisional=ticket.due_provisional,
            derivation=tuple(ticket.due_basis.get("derivation", ())),
        )

    def _view(self, session: Session, appeal: Appeal) -> ProgressView:
        questions = self._relay.questions(session, appeal) if appeal.confidential else ()
        return ProgressReader(session, self._departments).view(appeal, questions)

    def _name_of(self, code: str | None) -> str | None:
        department = self._departments.get(code or "")
        return None if department is None else department.name


def _lead(shares: Sequence[Assignment]) -> str | None:
    return next((share.department_code for share in shares), None)


def _registered(
    appeal: Appeal, told: Sequence[RegisteredTicket], parts: Sequence[str | None]
) -> RegisteredAppeal:
    first = told[0]
    return RegisteredAppeal(
        number=appeal.number,
        query_code=appeal.query_code,
        ticket_no=first.ticket_no,
        state=first.state,
        state_label=first.state_label,
        department_code=first.department_code,
        department_name=first.department_name,
        due_at=first.due_at,
        provisional=first.provisional,
        derivation=first.derivation,
        confidential=appeal.confidential,
        part=parts[0],
        further=tuple(told[1:]),
    )


def _appeal(number: str, taken: TakenAppeal) -> Appeal:
    new = taken.new
    return Appeal(
        number=number,
        idempotency_key=new.idempotency_key,
        query_code=new_query_code(),
        channel=new.channel,
        conversation_id=new.conversation_id,
        kind=new.kind,
        category_code=taken.category.code if taken.category else None,
        text=taken.shielded_text,
        place=taken.shielded_place,
        district=new.district,
        occurred=taken.shielded_when,
        confidential=taken.confidential,
        anonymous=new.phone is None and new.name is None,
        registered_at=taken.registered_at,
    )


def _identity(appeal: Appeal, taken: TakenAppeal) -> Contact | InformantVault:
    """Return who is behind an appeal, for the table that its protection asks for."""
    new = taken.new
    table, purpose = (
        (InformantVault, "vault.phone") if taken.confidential else (Contact, "contact.phone")
    )
    digits = digits_of(new.phone) if new.phone else ""
    return table(
        appeal_id=appeal.id,
        name=new.name,
        phone=new.phone,
        phone_index=blind_index(digits, purpose) if digits else None,
        original_text=new.text,
        original_place=new.place,
    )


def contact_view(appeal: Appeal, contact: Contact) -> ContactView:
    """Return how to reach one citizen; whoever hands it out records the reading."""
    return ContactView(
        number=appeal.number,
        name=contact.name,
        phone=contact.phone,
        text=contact.original_text,
        place=contact.original_place,
    )
