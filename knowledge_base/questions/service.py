"""What staff do with open questions: read, assign, dismiss, close by a published version."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import SHANGHAI, Clock
from foundation.text.storable import storable
from knowledge_base.entries import repository as entries
from knowledge_base.questions import repository
from knowledge_base.questions.errors import (
    AnswerVersionError,
    IllegalQuestionMoveError,
    QuestionDueError,
    QuestionOwnerError,
    QuestionReasonMissingError,
)
from knowledge_base.questions.models import QuestionGroup
from knowledge_base.questions.schemas import AskedView, DueOn, GroupDetail, GroupView, Wanted
from knowledge_base.questions.states import WAITING, QuestionState, check_transition

WORKING_DAYS = 5  # a week to find out and write
MOST_WORKING_DAYS = 60
_EXAMPLES = 3  # other wordings shown in a list
_ALL_WAITING = Wanted()


class QuestionQueue:
    """Reviewers assign and dismiss everything; editors take, and close what is theirs.

    Every method takes the caller's transaction and only flushes.
    """

    def __init__(self, access: AccessService, clock: Clock, due_on: DueOn) -> None:
        self._access = access
        self._clock = clock
        self._due_on = due_on

    def groups(
        self,
        session: Session,
        account: Account,
        wanted: Wanted = _ALL_WAITING,
        limit: int = repository.PAGE,
        offset: int = 0,
    ) -> list[GroupView]:
        """Return groups: those due first, then the most asked.

        Args:
            session: a reading transaction.
            account: edits or reviews.
            wanted: which.
            limit: most rows.
            offset: rows passed over.
        """
        _require_staff(account)
        rows = repository.page(session, wanted, self._today(), limit, offset)
        names = repository.names_of(session, {one.owner for one in rows if one.owner})
        examples = repository.examples(session, rows, _EXAMPLES)
        return [replace(self._view(one, names), examples=examples[one.id]) for one in rows]

    def count(self, session: Session, account: Account, wanted: Wanted = _ALL_WAITING) -> int:
        """Return how many groups ``groups`` would show in all."""
        _require_staff(account)
        return repository.count(session, wanted, self._today())

    def editors(self, session: Session) -> dict[str, str]:
        """Return who may be given a group: user name and what people call them."""
        return {
            one.username: one.display_name
            for one in self._access.accounts(session)
            if one.may(Permission.KNOWLEDGE_EDIT)
        }

    def group(self, session: Session, account: Account, group_id: int) -> GroupDetail:
        """Return one group with what was asked; raises ``QuestionNotFoundError``."""
        _require_staff(account)
        found = repository.group(session, group_id)
        names = repository.names_of(session, {found.owner} if found.owner else set())
        asked = tuple(
            AskedView(one.masked_text, one.source, one.channel, one.matter_code, one.asked_at)
            for one in repository.asked_in(session, group_id)
        )
        return GroupDetail(self._view(found, names), asked)

    def waiting_to_be_grouped(self, session: Session) -> int:
        """Return how many questions the grouping has not looked at yet."""
        return repository.count_ungrouped(session)

    def assign(
        self,
        session: Session,
        account: Account,
        group_id: int,
        owner: str,
        lock_version: int,
        working_days: int = WORKING_DAYS,
    ) -> GroupView:
        """Give a group to an editor (user name), due after so many working days from tomorrow.

        Raises:
            ActionNotAllowedError: an editor gives it to somebody else.
            AccountNotFoundError: there is no such account.
            QuestionOwnerError: the account does not edit the knowledge base.
            QuestionDueError: less than one working day, or more than sixty.
            IllegalQuestionMoveError: it was answered.
            StaleQuestionError: somebody changed it meanwhile.
        """
        if owner != account.username:
            account.require(Permission.KNOWLEDGE_REVIEW)
        _require_staff(account)
        taker = self._access.named(session, owner)
        if not taker.may(Permission.KNOWLEDGE_EDIT):
            raise QuestionOwnerError(group_id, owner)
        if not 1 <= working_days <= MOST_WORKING_DAYS:
            raise QuestionDueError(group_id, working_days)
        group = repository.locked(session, group_id, lock_version)
        check_transition(group_id, group.state, QuestionState.ASSIGNED)
        due = self._due_on(self._today(), working_days)
        group.state, group.owner = QuestionState.ASSIGNED, taker.id
        group.due_on, group.due_provisional = due.day, due.provisional
        group.dismissed_reason = group.closed_by = group.closed_at = None
        return self._note(session, group, "assigned", account)

    def set_due(
        self, session: Session, account: Account, group_id: int, due_on: date, lock_version: int
    ) -> GroupView:
        """Set the last day for a group that somebody has.

        Raises:
            ActionNotAllowedError: an editor sets it for somebody else.
            QuestionDueError: before tomorrow, or later than sixty working days from now.
            IllegalQuestionMoveError, StaleQuestionError: as for ``assign``.
        """
        group = self._locked_for(session, account, group_id, lock_version)
        if group.state is not QuestionState.ASSIGNED:
            raise IllegalQuestionMoveError(
                group_id, group.state, QuestionState.ASSIGNED, group.state.label
            )
        today = self._today()
        if not today < due_on <= self._due_on(today, MOST_WORKING_DAYS).day:
            raise QuestionDueError(group_id, (due_on - today).days)
        group.due_on, group.due_provisional = due_on, False
        return self._note(session, group, "due_set", account)

    def dismiss(
        self, session: Session, account: Account, group_id: int, reason: str, lock_version: int
    ) -> GroupView:
        """Close a group without an answer; asked again, it is counted and stays closed.

        Raises:
            ActionNotAllowedError: an editor dismisses what is not theirs.
            QuestionReasonMissingError: without a word.
            IllegalQuestionMoveError, StaleQuestionError: as for ``assign``.
        """
        words = storable(reason)
        if not words:
            raise QuestionReasonMissingError(group_id)
        group = self._locked_for(session, account, group_id, lock_version)
        check_transition(group_id, group.state, QuestionState.DISMISSED)
        group.state, group.dismissed_reason = QuestionState.DISMISSED, words
        self._close(group, account)
        return self._note(session, group, "dismissed", account)

    def answer(
        self,
        session: Session,
        account: Account,
        group_id: int,
        code: str,
        version: int,
        lock_version: int,
    ) -> GroupView:
        """Close a group by the published version that answers it.

        Raises:
            ActionNotAllowedError: an editor closes what is not theirs.
            AnswerVersionError: there is no such published version.
            IllegalQuestionMoveError, StaleQuestionError: as for ``assign``.
        """
        group = self._locked_for(session, account, group_id, lock_version)
        check_transition(group_id, group.state, QuestionState.ANSWERED)
        if entries.numbered(session, code, version) is None:
            raise AnswerVersionError(group_id, code, version)
        self._answered(group, code, version)
        self._close(group, account)
        return self._note(session, group, "answered", account)

    def drafted(
        self, session: Session, account: Account, group_id: int, code: str, lock_version: int
    ) -> GroupView:
        """Note which matter's draft will answer a group; who drafts takes it, if nobody has."""
        account.require(Permission.KNOWLEDGE_EDIT)
        group = repository.locked(session, group_id, lock_version)
        check_transition(group_id, group.state, QuestionState.ASSIGNED)
        group.draft_code = code
        if group.owner is None or group.state is not QuestionState.ASSIGNED:
            due = self._due_on(self._today(), WORKING_DAYS)
            group.state, group.owner = QuestionState.ASSIGNED, account.id
            group.due_on, group.due_provisional = due.day, due.provisional
        return self._note(session, group, "drafted", account)

    def published(self, session: Session, code: str, version: int) -> int:
        """Close the groups whose draft was published; return how many. Twice is once."""
        groups = repository.drafted_on(session, code, WAITING)
        for group in groups:
            self._answered(group, code, version)
            self._close(group, None)
            self._note(session, group, "answered", None)
        return len(groups)

    def _today(self) -> date:
        return self._clock.now().astimezone(SHANGHAI).date()

    def _answered(self, group: QuestionGroup, code: str, version: int) -> None:
        group.state = QuestionState.ANSWERED
        group.answered_code, group.answered_version = code, version

    def _close(self, group: QuestionGroup, account: Account | None) -> None:
        group.closed_by = None if account is None else account.id
        group.closed_at = self._clock.now()

    def _locked_for(
        self, session: Session, account: Account, group_id: int, lock_version: int
    ) -> QuestionGroup:
        _require_staff(account)
        group = repository.locked(session, group_id, lock_version)
        if group.owner != account.id:
            account.require(Permission.KNOWLEDGE_REVIEW)
        return group

    def _note(
        self, session: Session, group: QuestionGroup, act: str, account: Account | None
    ) -> GroupView:
        group.lock_version += 1
        actor = None if account is None else account.id
        self._access.record(session, actor, f"question.{act}", str(group.id))
        session.flush()
        return self._view(group, repository.names_of(session, {group.owner or ""}))

    def _view(self, group: QuestionGroup, names: dict[str, str]) -> GroupView:
        due, waits = group.due_on, group.state in WAITING
        late = due is not None and due < self._today() and waits
        return GroupView(
            id=group.id,
            lock_version=group.lock_version,
            text=group.text,
            state=group.state,
            times=group.times,
            first_seen_at=group.first_seen_at,
            last_seen_at=group.last_seen_at,
            matter_code=group.matter_code,
            owner=names.get(group.owner or "", group.owner),
            owner_id=group.owner,
            due_on=group.due_on,
            due_provisional=group.due_provisional,
            overdue=late,
            draft_code=group.draft_code,
            answered_code=group.answered_code,
            answered_version=group.answered_version,
            dismissed_reason=group.dismissed_reason,
        )


def _require_staff(account: Account) -> None:
    if not account.may(Permission.KNOWLEDGE_REVIEW):
        account.require(Permission.KNOWLEDGE_EDIT)
