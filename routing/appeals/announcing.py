"""A reply, or a new due time, reaches every citizen whose appeal it concerns."""

from sqlalchemy.orm import Session

from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from routing.appeals import repository
from routing.appeals.outgoing import outgoing_reply
from routing.ticket_clocks.schemas import DueChange
from routing.ticket_clocks.service import due_words
from routing.tickets.models import Assignment, Ticket

REPLIED = "appeal.replied"
DUE_MOVED = "appeal.due_moved"


class ReplyAnnouncer:
    """Puts one message a citizen into the outbox, in the reply's own transaction."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def replied(self, session: Session, ticket: Ticket, share: Assignment) -> None:
        """Enqueue ``appeal.replied`` for each appeal under the ticket.

        The payload: ``number``, ``ticket_no``, ``conversation_id`` (or null), ``channel``,
        ``department_code`` and the masked ``text``; the full reply is on the progress view.
        """
        text = mask(outgoing_reply(session, ticket.id, share.reply or ""))
        for appeal in repository.of_ticket(session, ticket.id):
            payload = {
                "number": appeal.number,
                "ticket_no": ticket.ticket_no,
                "conversation_id": appeal.conversation_id,
                "channel": appeal.channel,
                "department_code": share.department_code,
                "text": text,
            }
            key = f"appeal.replied:{appeal.number}:{ticket.ticket_no}:{ticket.round}"
            self._outbox.enqueue(session, REPLIED, key, payload)


class DueAnnouncer:
    """Tells every citizen of a ticket when it is due now."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def due_moved(self, session: Session, ticket: Ticket, change: DueChange) -> None:
        """Enqueue ``appeal.due_moved`` for each appeal under the ticket.

        The payload: ``number``, ``ticket_no``, ``conversation_id`` (or null), ``channel`` and
        ``text``, the new time with its reason.
        """
        for appeal in repository.of_ticket(session, ticket.id):
            payload = {
                "number": appeal.number,
                "ticket_no": ticket.ticket_no,
                "conversation_id": appeal.conversation_id,
                "channel": appeal.channel,
                "text": due_words(change),
            }
            # The event that tells of the move has just been added: its number is the ticket's last.
            key = f"{DUE_MOVED}:{appeal.number}:{ticket.ticket_no}:{ticket.last_seq}"
            self._outbox.enqueue(session, DUE_MOVED, key, payload)
