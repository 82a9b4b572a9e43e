"""What the ticket API takes and returns."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.web_chat.schemas import WellFormed
from foundation.access.service import Login
from routing.appeals.schemas import ContactView
from routing.follow_ups.schemas import Ratings
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.promises.models import Promise
from routing.reply_gate.schemas import ReplyFinding
from routing.ticket_clocks.models import Extension
from routing.tickets.listing import StaffTicket, TicketRow
from routing.tickets.models import Ticket
from routing.tickets.schemas import AskedBy

Json = dict[str, Any]
TicketNo = Annotated[str, StringConstraints(min_length=1, max_length=32), WellFormed]
Code = Annotated[str, StringConstraints(min_length=1, max_length=16), WellFormed]
Days = Annotated[int, Field(ge=1, le=2500)]
Words = Annotated[str, StringConstraints(max_length=5000), WellFormed]
RecordId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class VersionedBody(BaseModel):
    """A change of one ticket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=0)]  # of the ticket as the caller read it


class Act(VersionedBody):
    """An action that needs nothing more."""


class DispatchBody(VersionedBody):
    """To whom a ticket goes."""

    lead: Code
    co: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class MergeBody(VersionedBody):
    """Under which ticket the appeals go."""

    into: TicketNo
    reason: Words = ""


class SplitBody(VersionedBody):
    """What becomes a ticket of its own."""

    number: TicketNo
    text: Words
    remaining: Words | None = None
    moves: bool = False
    lead: Code | None = None


class WithdrawBody(VersionedBody):
    """Which citizen takes the appeal back, and who said so."""

    number: TicketNo
    asked_by: AskedBy
    note: Words = ""


class SendBackBody(VersionedBody):
    """Why it is not this department's."""

    reason: Words
    duty_basis: Words


class ReviewBody(BaseModel):
    """A reply to be looked at; nothing is changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Words


class ReplyBody(VersionedBody):
    """A reply; ``override`` is why it leaves although the gate found something."""

    text: Words
    override: Words | None = None


class ExtensionBody(VersionedBody):
    """How much more time a department asks for, and why."""

    working_days: Days
    reason: Words


class ApprovalBody(VersionedBody):
    """How much of it is granted; ``None``: all that was asked for."""

    working_days: Days | None = None


class RefusalBody(VersionedBody):
    """Why no more time is given."""

    reason: Words


class DeclineBody(VersionedBody):
    """Where the citizen is to turn instead, and why."""

    channel: Code
    reason: Words


class AskBody(VersionedBody):
    """What the citizen is to add."""

    text: Words


class PromiseBody(VersionedBody):
    """The later day that a department promises, and why."""

    day: date
    reason: Words


class ResultBody(VersionedBody):
    """What one citizen said."""

    number: TicketNo
    outcome: FollowUpOutcome
    solved: bool | None = None
    satisfaction: Satisfaction | None = None
    note: Words = ""


class VaultBody(BaseModel):
    """Whose identity must be known, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: TicketNo
    reason: Words


class Reading(BaseModel):
    """An empty body: the reading itself is what is recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Literal["contact"] = "contact"


def row_json(row: TicketRow) -> Json:
    """Return one line of the list."""
    return asdict(row) | {"state_label": row.state.label, "kind_label": row.kind.label}


def ticket_json(ticket: StaffTicket) -> Json:
    """Return one ticket."""
    shown = asdict(ticket)
    shown.pop("row")
    for share, view in zip(shown["shares"], ticket.shares, strict=True):
        share["role_label"] = view.role.label
    for made, promise in zip(shown["promises"], ticket.promises, strict=True):
        made["state_label"] = promise.state.label
    return row_json(ticket.row) | shown


def findings_json(findings: Sequence[ReplyFinding]) -> list[Json]:
    """Return what the gate found."""
    return [
        asdict(one) | {"label": one.rule.label, "overridable": one.rule.overridable}
        for one in findings
    ]


def extension_json(asked: Extension, ticket: Ticket) -> Json:
    """Return one request for more time that waits for its decision."""
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.version,
        "title": ticket.title,
        "department": asked.department_code,
        "number": asked.number,
        "working_days": asked.working_days,
        "reason": asked.reason,
        "late": asked.late,
        "asked_at": asked.at,
        "due_at": ticket.resolve_due_at,
        "due_provisional": ticket.due_provisional,
    }


def promise_json(made: Promise, ticket: Ticket) -> Json:
    """Return one promise that waits for its decision."""
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.version,
        "title": ticket.title,
        "department": made.department_code,
        "number": made.number,
        "promised_until": made.promised_until,
        "reason": made.reason,
        "made_at": made.at,
        "due_at": made.due_before,
    }


def ratings_json(found: Ratings) -> Json:
    """Return what citizens said in each round of handling."""
    tries = []
    for one in found.tries:
        said = one.said
        labels = {
            "outcome_label": said.outcome.label,
            "satisfaction_label": said.satisfaction.label if said.satisfaction else None,
        }
        tries.append({"round": one.round, "number": one.number, **asdict(said), **labels})
    return asdict(found) | {"state_label": found.state.label, "tries": tries}


def contacts_json(contacts: Sequence[ContactView]) -> list[Json]:
    """Return how to reach citizens who are not protected."""
    return [asdict(one) for one in contacts]


def session_json(login: Login) -> Json:
    """Return who is logged in, and the form token that every change must carry."""
    account = login.account
    return {
        "username": account.username,
        "display_name": account.display_name,
        "department": account.department_code,
        "permissions": sorted(account.permissions),
        "csrf_token": login.csrf_token,
    }
