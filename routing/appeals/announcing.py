"""A department's reply reaches every citizen whose appeal it answers."""

from sqlalchemy.orm import Session

from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from routing.appeals import repository
from routing.tickets.models import Assignment, Ticket

REPLIED = "appeal.replied"


class ReplyAnnouncer:
    """Puts one message a citizen into the outbox, in the reply's own transaction."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def replied(self, session: Session, ticket: Ticket, share: Assignment) -> None:
        """Enqueue ``appeal.replied`` for each appeal under the ticket.

        The payload: ``number``, ``ticket_no``, ``conversation_id`` (or null), ``channel``,
        ``department_code`` and the masked ``text``; the full reply is on the progress view.
        """
        for appeal in repository.of_ticket(session, ticket.id):
            payload = {
                "number": appeal.number,
                "ticket_no": ticket.ticket_no,
                "conversation_id": appeal.conversation_id,
                "channel": appeal.channel,
                "department_code": share.department_code,
                "text": mask(share.reply or ""),
            }
            key = f"appeal.replied:{appeal.number}:{ticket.ticket_no}:{ticket.round}"
            self._outbox.enqueue(session, REPLIED, key, payload)
