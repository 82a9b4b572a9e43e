"""When a department may send a ticket back (退单), and the record of it."""

from datetime import datetime

from routing.tickets.errors import (
    DesignatedError,
    DutyBasisMissingError,
    IllegalTransitionError,
    ReturnWindowClosedError,
)
from routing.tickets.models import Assignment, AssignmentRole, SendBack, SendBackState, Ticket
from routing.tickets.schemas import Actor
from routing.tickets.states import WITH_DEPARTMENT, TicketState, check_transition


def check_with_department(ticket: Ticket) -> None:
    """Refuse a department's act on a ticket that is no longer with a department.

    Raises:
        IllegalTransitionError: 409.
    """
    if ticket.state not in WITH_DEPARTMENT:
        label = ticket.state.label
        raise IllegalTransitionError(ticket.ticket_no, ticket.state, ticket.state, label)


def check_send_back(
    ticket: Ticket, share: Assignment, reason: str, duty_basis: str, now: datetime
) -> None:
    """Refuse a send-back that the rules do not allow.

    Raises:
        IllegalTransitionError: the lead's handling has begun, or this department has answered.
        DutyBasisMissingError: reason or duty basis has no words.
        DesignatedError: the hotline has designated this department.
        ReturnWindowClosedError: the window, counted from this dispatch, has closed.
    """
    check_with_department(ticket)
    if share.role is AssignmentRole.LEAD or share.replied_at is not None:
        check_transition(ticket.ticket_no, ticket.state, TicketState.RETURNED)
    if not reason or not duty_basis:
        raise DutyBasisMissingError(ticket.ticket_no)
    if share.designated:
        raise DesignatedError(ticket.ticket_no)
    if share.send_back_until is not None and now > share.send_back_until:
        raise ReturnWindowClosedError(ticket.ticket_no, share.send_back_until)


def send_back_record(
    share: Assignment, actor: Actor, reason: str, duty_basis: str, at: datetime
) -> SendBack:
    """Return the open record of a send-back; ``reason`` and ``duty_basis`` are masked already."""
    return SendBack(
        ticket_id=share.ticket_id,
        assignment_id=share.id,
        department_code=share.department_code,
        state=SendBackState.OPEN,
        reason=reason,
        duty_basis=duty_basis,
        actor=actor.ref,
        at=at,
    )
