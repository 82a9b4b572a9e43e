"""Learning from use, put together: open questions, their grouping, drafts made from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import anyio.to_thread

from foundation.access.service import AccessService
from foundation.clock import SHANGHAI, Clock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import Handler
from knowledge_base.entries.service import EntryService
from knowledge_base.library import Library
from knowledge_base.questions.answering import QuestionDrafting
from knowledge_base.questions.drafting import LearnedDrafts
from knowledge_base.questions.feed import ASKED
from knowledge_base.questions.regrouping import QuestionGrouping
from knowledge_base.questions.schemas import DueDay, DueOn
from knowledge_base.questions.service import QuestionQueue
from knowledge_base.stored_tests.service import StoredTests
from retrieval.question_meaning import QuestionMeaning
from retrieval.service import Retriever
from routing.appeals.assembly import build_casework
from routing.deadlines.counting import LimitUnit
from routing.deadlines.service import DeadlineService
from routing.tickets.learning import InquiryLearning

PUBLISHED = "knowledge.published"


@dataclass(frozen=True, slots=True)
class Learning:
    """What the knowledge desk and the command line work with."""

    database: Database
    queue: QuestionQueue
    grouping: QuestionGrouping
    drafting: QuestionDrafting
    inquiries: InquiryLearning
    tests: StoredTests

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What the outbox hands over, by topic."""
        return {ASKED: self._group, PUBLISHED: self._close}

    async def _group(self, _message: OutboxMessage) -> None:
        # Whatever waits, not only what the message tells of: the next ones find nothing to do.
        await anyio.to_thread.run_sync(self.grouping.group_pending)

    async def _close(self, message: OutboxMessage) -> None:
        code, version = message.payload["code"], message.payload["version"]
        await self.database.write(lambda session: self.queue.published(session, code, version))


def build_learning(
    database: Database,
    shipped: Library,
    entries: EntryService,
    retriever: Retriever,
    access: AccessService,
    deadlines: DeadlineService,
    clock: Clock,
) -> Learning:
    """Return the parts; nothing is loaded."""
    queue = QuestionQueue(access, clock, due_on(deadlines))
    drafts, tests = LearnedDrafts(entries, shipped), StoredTests(access, shipped, clock)
    return Learning(
        database=database,
        queue=queue,
        grouping=QuestionGrouping(database, QuestionMeaning(lambda: retriever.encoder), clock),
        drafting=QuestionDrafting(queue, drafts, tests),
        inquiries=InquiryLearning(
            database,
            drafts,
            access,
            retriever.ask,
            shipped.departments,
            build_casework(clock, deadlines, shipped.departments).tickets,
        ),
        tests=tests,
    )


def due_on(deadlines: DeadlineService) -> DueOn:
    """Return how days until a question is due are counted: as those of tickets."""

    def count(start: date, working_days: int) -> DueDay:
        begins = datetime.combine(start, time(), SHANGHAI)
        counted = deadlines.count(begins, LimitUnit.WORKING_DAYS, working_days)
        return DueDay(counted.due_at.date(), counted.provisional)

    return count
