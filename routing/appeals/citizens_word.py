"""What an operator does at a citizen's word (应市民要求): the citizen has told the query code.

Only the code opens an appeal for that, at the desk as on the progress page; wrong codes count
together, and lock the number and the operator who tried. Permission is the caller's question.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.text.storable import storable
from routing.appeals.citizen_acts import CitizenActs
from routing.appeals.errors import WithdrawalReasonMissingError
from routing.appeals.numbering import plain_number
from routing.appeals.schemas import ProgressView
from routing.appeals.service import AppealService
from routing.attachments.inspection import Inspected
from routing.attachments.models import Attachment
from routing.tickets.schemas import Actor, AskedBy
from routing.tickets.service import TEXT_CHARACTERS

LEAST_REASON_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class OpenedBy:
    """Which appeal, by the code that the citizen told, and who works with it."""

    number: str
    code: str
    actor: Actor

    @property
    def about(self) -> str:
        """The appeal's number in its one form, for the audit."""
        return plain_number(self.number)

    @property
    def key(self) -> str:
        """What stands for the operator where wrong codes are counted."""
        return f"desk:{self.actor.ref}"


class CitizensWord:
    """Acts of operators; each opens the appeal by its query code first."""

    def __init__(self, appeals: AppealService, acts: CitizenActs) -> None:
        self._appeals = appeals
        self._acts = acts

    def look(self, session: Session, by: OpenedBy) -> ProgressView:
        """Return where the appeal stands, and what may still be done.

        Raises:
            ProgressNotFoundError, ProgressLockedError: as for ``AppealService.progress``; the
                digits of a phone are no code here.
        """
        appeal = self._appeals.opened(session, by.number, by.code, by.key)
        return self._appeals.progress(session, appeal.number, by.code, by.key)

    def withdraw(self, session: Session, by: OpenedBy, asked_by: AskedBy, reason: str) -> str:
        """Take the appeal back (撤诉); return its number. The citizen is told of it.

        Args:
            session: a writing transaction; a wrong try is kept.
            by: which appeal, and who acts.
            asked_by: who asked; kept in the event, as the reason is.
            reason: theirs; masked in the event, and never shown to a department.

        Raises:
            WithdrawalReasonMissingError: nobody says why.
            ProgressNotFoundError, ProgressLockedError, TooLateToWithdrawError: as for
                ``CitizenActs.withdraw``.
        """
        said = storable(reason, TEXT_CHARACTERS)
        if len(said) < LEAST_REASON_CHARACTERS:
            raise WithdrawalReasonMissingError(by.number)
        note = asked_by.note(said)
        return self._acts.withdraw(session, by.number, by.code, by.key, by.actor, note, asked_by)

    def may_add(self, session: Session, by: OpenedBy) -> None:
        """Check what ``add_photo`` checks of the appeal, before a file is looked into."""
        self._acts.may_add(session, by.number, by.code, by.key)

    def add_photo(self, session: Session, by: OpenedBy, name: str, kept: Inspected) -> Attachment:
        """Add a photograph that the citizen sent in another way; as ``CitizenActs.add_photo``."""
        return self._acts.add_photo(session, by.number, by.code, by.key, name, kept, actor=by.actor)
