"""What the assistant could not answer, or answered badly, is in the queue with the turn itself."""

import time

from sqlalchemy import select

from bot.conversation import replies
from foundation.database.session import Database
from knowledge_base.questions.models import OpenQuestion, QuestionGroup
from knowledge_base.questions.states import QuestionSource
from tests.bot.conversation.conftest import Say
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

_UNANSWERABLE = "火星移民签证怎么预约，我的电话13812345678"
_ANSWERABLE = "身份证丢了怎么补办"


def test_unanswered_question_is_queued_masked_and_grouped(
    running_service: RunningService, say: Say
) -> None:
    database = running_service.services.database
    before = _last_id(database)

    say(_UNANSWERABLE)

    (question,) = _since(database, before)
    assert question.source is QuestionSource.NO_ANSWER
    assert question.channel == "web"
    assert "13812345678" not in question.masked_text
    assert question.masked_text.startswith("火星移民签证怎么预约")
    assert question.matter_code is None
    assert _group_of(database, question.id).times >= 1


def test_answer_rated_as_no_help_is_queued_once_with_its_matter(
    running_service: RunningService, say: Say
) -> None:
    services = running_service.services
    receipt = say(_ANSWERABLE)
    (entry, *_) = receipt.entries
    before = _last_id(services.database)

    for useful in (True, False, False):
        rating = services.conversations.rate(receipt.conversation_id, entry.seq, useful)
        running_service.run(rating)

    (question,) = _since(services.database, before)
    assert (question.source, question.masked_text, question.matter_code) == (
        QuestionSource.BADLY_RATED,
        _ANSWERABLE,
        "M0103",
    )


def test_reply_that_it_did_not_help_rates_the_guide_shown_last(
    running_service: RunningService, say: Say
) -> None:
    database = running_service.services.database
    say(_ANSWERABLE)
    before = _last_id(database)

    told = say("没帮到我")
    say("没帮到我")

    assert [entry.text for entry in told.entries] == [replies.RATED_NO_HELP]
    (question,) = _since(database, before)
    assert (question.source, question.masked_text) == (QuestionSource.BADLY_RATED, _ANSWERABLE)


def _last_id(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(OpenQuestion.id).order_by(OpenQuestion.id.desc())) or 0


def _since(database: Database, last_id: int) -> list[OpenQuestion]:
    with database.reading() as session:
        return list(session.scalars(select(OpenQuestion).where(OpenQuestion.id > last_id)))


def _group_of(database: Database, question_id: int) -> QuestionGroup:
    """Return the group that the running service gave the question."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with database.reading() as session:
            query = (
                select(QuestionGroup)
                .join(OpenQuestion, OpenQuestion.group_id == QuestionGroup.id)
                .where(OpenQuestion.id == question_id)
            )
            group = session.scalars(query).one_or_none()
        if group is not None:
            return group
        time.sleep(0.2)
    raise AssertionError(f"question {question_id} was not grouped")
