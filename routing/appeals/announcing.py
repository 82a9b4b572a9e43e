"""What happens to a ticket reaches every citizen whose appeal it concerns."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from routing.appeals import repository
from routing.appeals.models import Appeal
from routing.appeals.outgoing import outgoing_reply
from routing.ticket_clocks.schemas import DueChange
from routing.ticket_clocks.service import due_words
from routing.tickets.models import Assignment, Ticket

REPLIED = "appeal.replied"
DUE_MOVED = "appeal.due_moved"
NOTICE = "appeal.notice"


class CitizenAnnouncer:
    """Puts one message a citizen into the outbox, in the transaction of what it tells of.

    The payload: ``number``, ``ticket_no``, ``conversation_id`` (or null), ``channel`` and the
    masked ``text``, in which no informant of the ticket is named.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def tell(self, session: Session, ticket: Ticket, text: str) -> None:
        """Enqueue ``appeal.notice`` for each appeal under the ticket.

        To be called after the event that it tells of: that one's number makes the key.
        """
        self._enqueue(session, NOTICE, ticket, mask(outgoing_reply(session, ticket.id, text)))

    def tell_one(self, session: Session, ticket: Ticket, appeal: Appeal, text: str) -> None:
        """Enqueue the same for one citizen alone, whose appeal may have left the ticket."""
        self._put(session, NOTICE, ticket, appeal, str(ticket.last_seq), {"text": mask(text)})

    def _enqueue(
        self,
        session: Session,
        topic: str,
        ticket: Ticket,
        text: str,
        mark: str | None = None,
        **further: str,
    ) -> None:
        words = {"text": text, **further}
        for appeal in repository.of_ticket(session, ticket.id):
            self._put(session, topic, ticket, appeal, mark or str(ticket.last_seq), words)

    def _put(
        self,
        session: Session,
        topic: str,
        ticket: Ticket,
        appeal: Appeal,
        mark: str,
        words: Mapping[str, str],
    ) -> None:
        payload = {
            "number": appeal.number,
            "ticket_no": ticket.ticket_no,
            "conversation_id": appeal.conversation_id,
            "channel": appeal.channel,
            **words,
        }
        key = f"{topic}:{appeal.number}:{ticket.ticket_no}:{mark}"
        self._outbox.enqueue(session, topic, key, payload)


class ReplyAnnouncer(CitizenAnnouncer):
    """Tells every citizen of a ticket what was replied, in the reply's own transaction."""

    def replied(self, session: Session, ticket: Ticket, share: Assignment) -> None:
        """Enqueue ``appeal.replied`` for each appeal under the ticket, once a round.

        The payload has ``department_code`` too; the full reply is on the progress view.
        """
        text = mask(outgoing_reply(session, ticket.id, share.reply or ""))
        by = share.department_code
        self._enqueue(session, REPLIED, ticket, text, str(ticket.round), department_code=by)


class DueAnnouncer(CitizenAnnouncer):
    """Tells every citizen of a ticket when it is due now."""

    def due_moved(self, session: Session, ticket: Ticket, change: DueChange) -> None:
        """Enqueue ``appeal.due_moved`` for each appeal: the new time with its reason."""
        # The event that tells of the move has just been added: its number is the ticket's last.
        self._enqueue(session, DUE_MOVED, ticket, due_words(change))
