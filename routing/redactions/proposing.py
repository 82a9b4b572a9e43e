"""Versions proposed where words come in, or move with their appeal to another ticket."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.redactions import repository
from routing.redactions.models import Redaction
from routing.redactions.schemas import Wording


def proposed(
    ticket_id: int, appeal_id: int, wording: Wording, at: datetime, number: int = 1
) -> Redaction:
    """Return a proposal of the shield's; the caller adds it."""
    return Redaction(
        ticket_id=ticket_id,
        appeal_id=appeal_id,
        number=number,
        text=wording.text,
        place=wording.place,
        occurred=wording.occurred,
        waiting=True,
        at=at,
    )


def propose(
    session: Session, ticket_id: int, appeal_id: int, wording: Wording, at: datetime
) -> None:
    """Propose further words of an appeal at a ticket: what is confirmed stays until they are."""
    rows = repository.of_words(session, ticket_id, appeal_id)
    repository.settle(rows)
    session.add(proposed(ticket_id, appeal_id, wording, at, len(rows) + 1))


def carry_over(
    session: Session, appeal_id: int, source_id: int, target_id: int, at: datetime
) -> None:
    """Take an appeal's version with it to the ticket that it is merged under.

    What a dispatcher confirmed stays so; what waits goes on waiting, and nobody at a department
    reads it. Split off before and now together again: both parts are to be confirmed as one.
    """
    moved = repository.of_words(session, source_id, appeal_id)
    known = repository.of_words(session, target_id, appeal_id)
    if not moved:
        return
    last = moved[-1]
    number, text = len(known) + 1, last.text
    if known and last.text != known[-1].text:
        repository.settle(known)
        text = f"{known[-1].text}\n{last.text}"
    together = text != last.text
    shown = repository.confirmed(moved)
    # A confirmed version that a later proposal waits behind is still what may be read.
    rows = [last] if together or shown is None or shown is last else [shown, last]
    for add, row in enumerate(rows):
        decided = not together and row.confirmed_by is not None
        session.add(
            Redaction(
                ticket_id=target_id,
                appeal_id=appeal_id,
                number=number + add,
                text=text if row is last else row.text,
                place=row.place,
                occurred=row.occurred,
                waiting=not decided,
                confirmed_by=row.confirmed_by if decided else None,
                reason=row.reason if decided else None,
                at=at,
            )
        )
