"""The tickets that an appeal opens: one, or one for each issue where different bodies must act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from routing.appeals.intake import TakenAppeal, proposal_record
from routing.appeals.models import Appeal
from routing.deadlines.service import ResolveDeadline
from routing.redactions.schemas import Wording
from routing.schemas import AppealKind, Category, Outcome, Proposal
from routing.tickets.opening import Opening
from routing.tickets.schemas import NewTicket
from routing.tickets.states import TicketState


class Tickets(Protocol):
    """What is needed of tickets before they are opened."""

    def takes_tickets(self, department_code: str | None) -> bool:
        """Whether this body exists and can receive tickets."""
        ...

    def resolve_due(self, kind: AppealKind, registered_at: datetime) -> ResolveDeadline:
        """Return by when a ticket of this kind must be resolved."""
        ...


@dataclass(frozen=True, slots=True)
class AppealOpening:
    """One ticket of an appeal; ``part``: the words that it is about, ``None``: all of them."""

    opening: Opening
    part: str | None = None

    @property
    def wording(self) -> Wording:
        """What the shield proposes that departments read."""
        new = self.opening.new
        return Wording(new.text, new.place, new.occurred)


def openings(
    appeal: Appeal,
    taken: TakenAppeal,
    proposal: Proposal,
    deadline: ResolveDeadline | None,
    tickets: Tickets,
) -> list[AppealOpening]:
    """Return what is opened for an appeal, in the order of its words.

    Args:
        appeal: numbered.
        taken: its words, shielded.
        proposal: of routing; its parts become a ticket each.
        deadline: of the whole; each part counts by its own kind, from the same moment.
        tickets: who can have them, and by when.
    """
    if not proposal.parts:
        new = _new_ticket(appeal, taken, proposal, deadline, f"{appeal.number}-1")
        return [AppealOpening(_opening(new, proposal, tickets))]
    numbers = [f"{appeal.number}-{n}" for n in range(1, len(proposal.parts) + 1)]
    opened = []
    for number, part in zip(numbers, proposal.parts, strict=True):
        words, reading = taken.shield(part.text), part.proposal.reading
        due = tickets.resolve_due(reading.kind, appeal.registered_at) if deadline else None
        new = _new_ticket(appeal, taken, part.proposal, due, number)
        changed: dict[str, Any] = {
            "kind": reading.kind,
            "text": words,
            "place": taken.shield(reading.place) if reading.place else appeal.place,
            "district": reading.district or appeal.district,
            "occurred": _occurred(appeal, taken, proposal, reading.when),
        }
        others = [other for other in numbers if other != number]
        linked = {"appeal": appeal.number, "tickets": others}
        opening = _opening(replace(new, **changed), part.proposal, tickets, linked)
        opened.append(AppealOpening(opening, words))
    return opened


def _opening(
    new: NewTicket, proposal: Proposal, tickets: Tickets, linked: dict[str, Any] | None = None
) -> Opening:
    if proposal.outcome is Outcome.DECLINE:
        return Opening(new, TicketState.DECLINED, linked=linked)
    if (
        # A dispatcher confirms first what the department may read of an informant's words.
        new.confidential
        # Who has a question registered was not answered: somebody has to, and a person says
        # who, because routing does not weigh that for what it takes to be answerable.
        or proposal.outcome is Outcome.DIRECT_ANSWER
        or proposal.lead is None
        or proposal.needs_dispatcher
        or not tickets.takes_tickets(proposal.lead)
    ):
        return Opening(new, TicketState.DISPATCHING, linked=linked)
    co = tuple(code for code in proposal.co if tickets.takes_tickets(code))
    return Opening(new, TicketState.DISPATCHED, proposal.lead, co, linked)


def _new_ticket(
    appeal: Appeal,
    taken: TakenAppeal,
    proposal: Proposal,
    deadline: ResolveDeadline | None,
    ticket_no: str,
) -> NewTicket:
    category = proposal.reading.category
    return NewTicket(
        ticket_no=ticket_no,
        kind=appeal.kind,
        text=appeal.text,
        place=appeal.place,
        district=appeal.district,
        occurred=appeal.occurred,
        category_code=category.code if category else None,
        category=_named(category),
        urgent=proposal.urgent,
        confidential=appeal.confidential,
        registered_at=appeal.registered_at,
        deadline=deadline,
        proposal=proposal_record(proposal, taken.shield, quoted=not appeal.confidential),
        origin={"appeal": appeal.number, "channel": appeal.channel, "kind": appeal.kind.value},
    )


def _named(category: Category | None) -> str | None:
    return f"{category.level1}/{category.level2}/{category.level3}" if category else None


def _occurred(
    appeal: Appeal, taken: TakenAppeal, proposal: Proposal, own: str | None
) -> str | None:
    """Return when a part happened: what it says, else what no other part says."""
    if own is not None:
        return taken.shield(own)
    said: Sequence[str | None] = [one.proposal.reading.when for one in proposal.parts]
    return None if taken.new.when in said else appeal.occurred
