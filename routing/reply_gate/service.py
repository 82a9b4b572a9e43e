"""The gate: every rule over one reply, held against the ticket's appeals (答复把关)."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from routing.appeals import repository as appeals
from routing.appeals.shielding import PENDING
from routing.reply_gate.checks import (
    changed_kind,
    empty_phrases,
    identity_questions,
    informant_traces,
    over_promises,
    personal_information,
    unanswered_points,
    unknown_documents,
)
from routing.reply_gate.documents import KnownDocuments
from routing.reply_gate.rules import GateRules, shipped_rules
from routing.reply_gate.schemas import AskedTicket, ReplyFinding
from routing.schemas import strongest
from routing.tickets import repository as tickets


class ReplyGate:
    """Checks replies by the packaged rules."""

    def __init__(self, documents: Mapping[str, str], rules: GateRules | None = None) -> None:
        """Take ``documents``: the document numbers that may be cited → title."""
        self._documents = KnownDocuments(documents)
        self._rules = rules or shipped_rules()

    def check(
        self, session: Session, ticket_id: int, text: str, *, to_citizen: bool
    ) -> tuple[ReplyFinding, ...]:
        """Return what keeps ``text`` from leaving (``ReplyChecker``)."""
        return self.findings(asked_of(session, ticket_id), text, to_citizen=to_citizen)

    def check_question(
        self, session: Session, ticket_id: int, text: str
    ) -> tuple[ReplyFinding, ...]:
        """Return what keeps a question from being passed on to an informant.

        The same words, the same result, whoever the informant is: nothing is learnt by trying.
        """
        asked, rules = asked_of(session, ticket_id), self._rules
        found = (*identity_questions(text, rules), *informant_traces(text, asked, rules))
        return tuple(dict.fromkeys(found))

    def findings(
        self, asked: AskedTicket, text: str, *, to_citizen: bool = True
    ) -> tuple[ReplyFinding, ...]:
        """Return what is wrong with ``text`` as a reply to ``asked``, each fault once.

        What a co-handling department writes goes to the lead: only personal data and the
        informant are looked for.
        """
        return tuple(dict.fromkeys(self._each(asked, text, to_citizen=to_citizen)))

    def _each(self, asked: AskedTicket, text: str, *, to_citizen: bool) -> Iterator[ReplyFinding]:
        rules = self._rules
        yield from informant_traces(text, asked, rules)
        if not asked.confidential:  # there the same words are the informant's
            yield from personal_information(text, asked, rules)
        if to_citizen:
            yield from changed_kind(text, asked, rules)
            yield from unanswered_points(text, asked, rules)
            yield from empty_phrases(text, rules)
            yield from over_promises(text, rules)
            yield from unknown_documents(text, asked, self._documents)


def asked_of(session: Session, ticket_id: int) -> AskedTicket:
    """Return what the appeals under a ticket ask, as handling roles may read it."""
    ticket = tickets.by_id(session, ticket_id)
    asked = appeals.asked_of_ticket(session, ticket_id)
    contacts = appeals.contacts_of(session, [one.appeal.id for one in asked])
    places = {place: None for place in (ticket.place, *(one.place for one in asked)) if place}
    return AskedTicket(
        kind=strongest([ticket.kind, *(one.appeal.kind for one in asked)]),
        confidential=ticket.confidential or any(one.appeal.confidential for one in asked),
        # Nobody can answer what nobody at the department has read yet.
        texts=tuple(dict.fromkeys(one.words for one in asked if one.words != PENDING)),
        places=tuple(places),
        names=frozenset(one.name for one in contacts if one.name),
    )
