"""What must be confirmed before a confidential ticket may leave for a department."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.appeals import repository as appeals
from routing.attachments.models import Attachment
from routing.redactions import repository
from routing.redactions.errors import RedactionNotConfirmedError
from routing.tickets.models import Ticket

_WORDS = "这是保密诉求，请先核对并确认遮盖稿，再派单。"


class ConfirmedFirst:
    """Refuses a dispatch that nobody has looked over (``DispatchCheck``)."""

    def check(self, session: Session, ticket: Ticket) -> None:
        """Pass where every confidential appeal of the ticket is confirmed, pictures and all.

        Raises:
            RedactionNotConfirmedError: 409; says what is missing.
        """
        asked = appeals.of_ticket(session, ticket.id)
        for appeal in asked:
            if not appeal.confidential:
                continue
            rows = repository.of_words(session, ticket.id, appeal.id)
            if repository.confirmed(rows) is None or rows[-1].waiting:
                raise RedactionNotConfirmedError(ticket.ticket_no, "words unconfirmed", _WORDS)
        of_whom = [one.id for one in asked if one.confidential or ticket.confidential]
        undecided = _undecided(session, of_whom)
        if undecided:
            sentence = (
                f"还有{undecided}个附件没有决定给不给承办单位看，请逐个遮盖或选择不给看，再派单。"
            )
            why = f"{undecided} attachments undecided"
            raise RedactionNotConfirmedError(ticket.ticket_no, why, sentence)


def _undecided(session: Session, appeal_ids: list[int]) -> int:
    """Return how many files nobody has said of whether departments see them."""
    if not appeal_ids:
        return 0
    query = select(func.count(Attachment.id)).where(
        Attachment.appeal_id.in_(appeal_ids),
        Attachment.cleared_sha256.is_(None),
        Attachment.withheld_at.is_(None),
    )
    return session.scalar(query) or 0
