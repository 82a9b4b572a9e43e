"""Appeals: registered once, dispatched to whom routing proposes, followed by their citizen."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.database.encrypted import blind_index
from knowledge_base.schema import Department
from routing.appeals import repository
from routing.appeals.errors import ProgressNotFoundError
from routing.appeals.intake import TakenAppeal, proposal_record, take
from routing.appeals.models import Appeal, AppealTicket, Contact, InformantVault
from routing.appeals.numbering import digits_of, new_query_code, next_number, plain_number
from routing.appeals.progress import ProgressReader, code_matches
from routing.appeals.progress_lock import ProgressLock
from routing.appeals.schemas import ContactView, NewAppeal, ProgressView, RegisteredAppeal
from routing.attachments.staging import CITIZEN, claim
from routing.deadlines.service import ResolveDeadline
from routing.schemas import Outcome, Proposal
from routing.tickets import repository as ticket_repository
from routing.tickets.models import Ticket
from routing.tickets.schemas import SYSTEM, Actor, NewTicket
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
        """Register an appeal and open its ticket; the same ``idempotency_key`` registers once.

        The ticket is dispatched at once to the lead that ``proposal`` names, or waits for a
        dispatcher where the proposal asks for one or its lead takes no tickets.

        Args:
            session: a writing transaction.
            new: the citizen's words; identity goes to the contact or vault table, never further.
            proposal: what routing made of it.
            deadline: by when it must be resolved; ``None`` where nothing is due.
            actor: the system, or the operator who took it down.
        """
        known = repository.by_idempotency_key(session, new.idempotency_key)
        if known is not None:
            return self._registered(session, known)
        taken = take(new, proposal, self._clock.now())
        number = next_number(session, taken.registered_at.astimezone(SHANGHAI).date())
        # The counter's row let one of two equal requests through first; look again behind it.
        known = repository.by_idempotency_key(session, new.idempotency_key)
        if known is not None:
            return self._registered(session, known)
        appeal = _store(session, number, taken)
        ticket = self._tickets.register(
            session, _new_ticket(appeal, taken, proposal, deadline), actor
        )
        session.add(AppealTicket(appeal_id=appeal.id, ticket_id=ticket.id))
        self._claim_photos(session, appeal, ticket)
        self._settle(session, ticket, proposal, actor)
        return self._registered(session, appeal)

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

    def _settle(self, session: Session, ticket: Ticket, proposal: Proposal, actor: Actor) -> None:
        number = ticket.ticket_no
        if proposal.outcome is Outcome.DECLINE:
            self._tickets.advance(session, number, TicketState.DECLINED, actor)
        elif (
            # Who has a question registered was not answered: somebody has to, and a person says
            # who, because routing does not weigh that for what it takes to be answerable.
            proposal.outcome is Outcome.DIRECT_ANSWER
            or proposal.lead is None
            or proposal.needs_dispatcher
            or not self._tickets.takes_tickets(proposal.lead)
        ):
            self._tickets.await_dispatcher(session, ticket, actor)
        else:
            co = [code for code in proposal.co if self._tickets.takes_tickets(code)]
            self._tickets.dispatch(session, number, proposal.lead, actor, co)

    def _claim_photos(self, session: Session, appeal: Appeal, ticket: Ticket) -> None:
        """Add what the citizen sent while the appeal was taken down."""
        if appeal.conversation_id is None:
            return
        now, actor = self._clock.now(), Actor(CITIZEN)
        for file_id in claim(session, appeal.conversation_id, ticket.id, appeal.id, now):
            data = {"attachment": file_id, "department": None}
            self._tickets.note(session, ticket, "attached", actor, data)

    def _registered(self, session: Session, appeal: Appeal) -> RegisteredAppeal:
        ticket = repository.ticket_of(session, appeal.id)
        code = _department_code(session, ticket)
        return RegisteredAppeal(
            number=appeal.number,
            query_code=appeal.query_code,
            ticket_no=ticket.ticket_no,
            state=ticket.state,
            state_label=ticket.state.label,
            department_code=code,
            department_name=self._name_of(code),
            due_at=ticket.resolve_due_at,
            provisional=ticket.due_provisional,
            derivation=tuple(ticket.due_basis.get("derivation", ())),
            confidential=appeal.confidential,
        )

    def _view(self, session: Session, appeal: Appeal) -> ProgressView:
        return ProgressReader(session, self._departments).view(appeal)

    def _name_of(self, code: str | None) -> str | None:
        department = self._departments.get(code or "")
        return None if department is None else department.name


def _store(session: Session, number: str, taken: TakenAppeal) -> Appeal:
    new = taken.new
    appeal = Appeal(
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
    session.add(appeal)
    session.flush()
    table, purpose = (
        (InformantVault, "vault.phone") if taken.confidential else (Contact, "contact.phone")
    )
    digits = digits_of(new.phone) if new.phone else ""
    session.add(
        table(
            appeal_id=appeal.id,
            name=new.name,
            phone=new.phone,
            phone_index=blind_index(digits, purpose) if digits else None,
            original_text=new.text,
            original_place=new.place,
        )
    )
    return appeal


def _new_ticket(
    appeal: Appeal, taken: TakenAppeal, proposal: Proposal, deadline: ResolveDeadline | None
) -> NewTicket:
    category = taken.category
    return NewTicket(
        # The first ticket of its appeal; a split opens -2, -3.
        ticket_no=f"{appeal.number}-1",
        kind=appeal.kind,
        text=appeal.text,
        place=appeal.place,
        district=appeal.district,
        occurred=appeal.occurred,
        category_code=category.code if category else None,
        category=f"{category.level1}/{category.level2}/{category.level3}" if category else None,
        urgent=proposal.urgent,
        confidential=appeal.confidential,
        registered_at=appeal.registered_at,
        deadline=deadline,
        proposal=proposal_record(proposal, confidential=appeal.confidential),
        origin={"appeal": appeal.number, "channel": appeal.channel, "kind": appeal.kind.value},
    )


def _department_code(session: Session, ticket: Ticket) -> str | None:
    """Return who has the ticket; for a declined one, the body that is named to the citizen."""
    if ticket.state is TicketState.DECLINED:
        named: str | None = ticket.proposal.get("lead")
        return named
    share = repository.lead_share(session, ticket.id)
    return None if share is None else share.department_code


def contact_view(appeal: Appeal, contact: Contact) -> ContactView:
    """Return how to reach one citizen; whoever hands it out records the reading."""
    return ContactView(
        number=appeal.number,
        name=contact.name,
        phone=contact.phone,
        text=contact.original_text,
        place=contact.original_place,
    )
