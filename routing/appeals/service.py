"""Appeals: registered once, dispatched to whom routing proposes, followed by their citizen."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.database.encrypted import blind_index
from foundation.database.rows import pipelined, write_rows
from knowledge_base.schema import Department
from routing.appeals import repository
from routing.appeals.errors import ProgressNotFoundError
from routing.appeals.intake import TakenAppeal, take
from routing.appeals.models import Appeal, AppealTicket, Contact, InformantVault
from routing.appeals.numbering import digits_of, new_query_code, next_number, plain_number
from routing.appeals.opening import AppealOpening, openings
from routing.appeals.progress import ProgressReader, code_matches
from routing.appeals.progress_lock import ProgressLock
from routing.appeals.schemas import (
    ContactView,
    NewAppeal,
    ProgressView,
    RegisteredAppeal,
    RegisteredTicket,
)
from routing.attachments.staging import CITIZEN, claim
from routing.deadlines.service import ResolveDeadline
from routing.finding.documents import write_fresh
from routing.schemas import Proposal
from routing.tickets import repository as ticket_repository
from routing.tickets.models import Ticket
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.service import TicketService
from routing.tickets.states import TicketState

_CLIENT_KEY_CHARACTERS = 200


class AppealService:
    """Registers appeals and tells their citizens how they stand."""

    def __init__(
        self, clock: Clock, departments: Mapping[str, Department], tickets: TicketService
    ) -> None:
        self._clock = clock
        self._departments = departments
        self._tickets = tickets
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
        known = repository.by_idempotency_key(session, new.idempotency_key)
        if known is not None:
            return self._known(session, known)
        number = next_number(session, taken.registered_at.astimezone(SHANGHAI).date())
        appeal = _appeal(number, taken)
        if not repository.add_unless_known(session, appeal):
            # An equal request was first by a moment; its transaction is over by now.
            known = repository.by_idempotency_key(session, new.idempotency_key)
            assert known is not None
            return self._known(session, known)
        wanted = openings(appeal, taken, proposal, deadline, self._tickets)
        return self._open(session, appeal, _identity(appeal, taken), wanted, actor)

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
        asked = plain_number(number)
        attempt = self._lock.check(session, asked, client_key[:_CLIENT_KEY_CHARACTERS])
        appeal = repository.by_number(session, asked)
        contact = None if appeal is None else repository.contact_of(session, appeal.id)
        if not code_matches(appeal, contact, code_or_last4) or appeal is None:
            attempt.failed()
            raise ProgressNotFoundError
        attempt.succeeded()
        return self._view(session, appeal)

    def progress_for_conversation(
        self, session: Session, number: str, conversation_id: str
    ) -> ProgressView:
        """Return where an appeal stands, in the conversation that registered it: no code needed.

        Raises:
            ProgressNotFoundError: it was not registered in this conversation.
        """
        asked = plain_number(number)
        appeal = repository.of_conversation(session, asked, conversation_id)
        if appeal is None:
            raise ProgressNotFoundError
        return self._view(session, appeal)

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

    def _open(
        self,
        session: Session,
        appeal: Appeal,
        identity: Contact | InformantVault,
        wanted: Sequence[AppealOpening],
        actor: Actor,
    ) -> RegisteredAppeal:
        opener = self._tickets.opener
        opened = opener.open(session, [one.opening for one in wanted], actor)
        links = [
            AppealTicket(appeal_id=appeal.id, ticket_id=one.ticket.id, part=asked.part)
            for one, asked in zip(opened, wanted, strict=True)
        ]
        with pipelined(session):
            write_rows(session, [identity])
            write_rows(session, links)
            opener.write(session, opened)
            for one in opened:
                write_fresh(session, one.ticket, [(appeal, one.ticket.text)], one.shares)
        self._claim_photos(session, appeal, opened[0].ticket.id)
        told = [
            self._ticket(one.ticket, next((share.department_code for share in one.shares), None))
            for one in opened
        ]
        return _registered(appeal, told, [one.part for one in wanted])

    def _claim_photos(self, session: Session, appeal: Appeal, ticket_id: int) -> None:
        """Add what the citizen sent while the appeal was taken down, to its first ticket."""
        if appeal.conversation_id is None:
            return
        now, actor = self._clock.now(), Actor(CITIZEN)
        for file_id in claim(session, appeal.conversation_id, ticket_id, appeal.id, now):
            data = {"attachment": file_id, "department": None}
            ticket = session.get_one(Ticket, ticket_id)
            self._tickets.note(session, ticket, "attached", actor, data)

    def _known(self, session: Session, appeal: Appeal) -> RegisteredAppeal:
        """Return what was told when the appeal was registered, as its tickets stand now."""
        standing = repository.standing_links(session, appeal.id)
        told = [self._ticket(ticket, self._lead_of(session, ticket)) for _, ticket in standing]
        return _registered(appeal, told, [link.part for link, _ in standing])

    def _lead_of(self, session: Session, ticket: Ticket) -> str | None:
        share = repository.lead_share(session, ticket.id)
        return None if share is None else share.department_code

    def _ticket(self, ticket: Ticket, lead: str | None) -> RegisteredTicket:
        if ticket.state is TicketState.DECLINED:
            lead = ticket.proposal.get("lead")  # the body that is named to the citizen
        return RegisteredTicket(
            ticket_no=ticket.ticket_no,
            text=ticket.text,
            state=ticket.state,
            state_label=ticket.state.label,
            department_code=lead,
            department_name=self._name_of(lead),
            due_at=ticket.resolve_due_at,
            provisional=ticket.due_provisional,
            derivation=tuple(ticket.due_basis.get("derivation", ())),
        )

    def _view(self, session: Session, appeal: Appeal) -> ProgressView:
        return ProgressReader(session, self._departments).view(appeal)

    def _name_of(self, code: str | None) -> str | None:
        department = self._departments.get(code or "")
        return None if department is None else department.name


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
