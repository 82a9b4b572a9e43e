"""What the rules of tickets need of others, as protocols."""

from typing import Protocol

from sqlalchemy.orm import Session

from routing.tickets.models import Assignment, Ticket


class ReplyListener(Protocol):
    """Who must know, in the same transaction, that a ticket was answered."""

    def replied(self, session: Session, ticket: Ticket, share: Assignment) -> None:
        """Note the lead's reply."""
        ...


class DispatchCheck(Protocol):
    """Who says whether a ticket may leave for a department."""

    def check(self, session: Session, ticket: Ticket) -> None:
        """Pass, or raise what the dispatcher has to do first."""
        ...
