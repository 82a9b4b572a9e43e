"""The queue over a real database; words alone group here, as while the encoder is loading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.learning import due_on
from foundation.access.models import AuditRow
from foundation.access.service import AccessService
from foundation.clock import FixedClock
from foundation.database.session import Database
from knowledge_base.questions.answering import QuestionDrafting
from knowledge_base.questions.drafting import LearnedDrafts
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.regrouping import QuestionGrouping
from knowledge_base.questions.schemas import GroupView, NewQuestion, Wanted
from knowledge_base.questions.service import QuestionQueue
from knowledge_base.questions.states import QuestionSource, QuestionState
from knowledge_base.stored_tests.service import StoredTests
from retrieval.question_meaning import QuestionMeaning
from routing.deadlines.service import DeadlineService
from tests.knowledge_base.entries.conftest import (
    Life,
    People,
    access,
    clock,
    life,
    make_life,
    people,
    shipped,
)

__all__ = ["access", "clock", "life", "make_life", "people", "shipped"]


@dataclass
class Desk:
    """The queue, and how questions come into it."""

    life: Life
    feed: QuestionFeed
    queue: QuestionQueue
    grouping: QuestionGrouping
    drafting: QuestionDrafting
    asked: int = 0

    @property
    def people(self) -> People:
        return self.life.people

    @property
    def database(self) -> Database:
        return self.life.database

    def ask(self, *texts: str, source: QuestionSource = QuestionSource.NO_ANSWER) -> None:
        """One question a minute, each in a turn of its own; then they are grouped."""
        for text in texts:
            self.asked += 1
            self.life.clock.moment += timedelta(minutes=1)
            new = NewQuestion(f"turn:{self.asked}", source, text, "web")
            with self.database.transaction() as session:
                assert self.feed.add(session, new)
        self.grouping.group_pending()

    def groups(self, *states: QuestionState) -> list[GroupView]:
        with self.database.reading() as session:
            wanted = Wanted(states or tuple(QuestionState))
            return self.queue.groups(session, self.people.editor, wanted)

    def only(self) -> GroupView:
        (group,) = self.groups()
        return group

    def audit(self) -> list[tuple[str | None, str, str]]:
        """(user name, action, subject) of all that concerns questions and tests."""
        names = {one.id: name for name, one in vars_of(self.people).items()}
        with self.database.reading() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
            return [
                (names.get(row.account_id or ""), row.action, row.subject)
                for row in rows
                if row.action.startswith(("question.", "stored_test.", "ticket."))
            ]


def vars_of(people: People) -> dict[str, object]:
    return {name: getattr(people, name) for name in ("editor", "reviewer", "both", "operator")}


MakeDesk = Callable[[Life], Desk]


@pytest.fixture
def desk(life: Life, access: AccessService, clock: FixedClock, deadlines: DeadlineService) -> Desk:
    queue = QuestionQueue(access, clock, due_on(deadlines))
    drafts = LearnedDrafts(life.entries, life.shipped)
    return Desk(
        life=life,
        feed=QuestionFeed(clock),
        queue=queue,
        grouping=QuestionGrouping(life.database, QuestionMeaning(lambda: None), clock),
        drafting=QuestionDrafting(queue, drafts, StoredTests(access, life.shipped, clock)),
    )
