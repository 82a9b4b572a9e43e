"""Ratings of answers, and the way of a question into the queue of those without a good one."""

from sqlalchemy.orm import Session

from bot.conversation import repository
from bot.conversation.errors import QuestionProtectedError
from bot.conversation.models import ConversationRow, MessageRow
from bot.conversation.schemas import Author, DialogueState
from foundation.clock import Clock
from foundation.errors import NotFoundError
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import QuestionSource
from routing.schemas import AppealKind


class AnswerRatings:
    """Keeps what citizens and operators say of answers; the caller's transaction decides."""

    def __init__(self, clock: Clock) -> None:
        self._questions = QuestionFeed(clock)

    def rate(self, session: Session, conversation_id: str, seq: int, *, useful: bool) -> None:
        """Keep whether an answer helped; raises ``NotFoundError`` where there is none."""
        row = repository.message(session, conversation_id, seq)
        if row is None or row.author != Author.ASSISTANT:
            raise NotFoundError(f"no answer {seq} in conversation {conversation_id}")
        self._rate(session, row, useful=useful)

    def rate_last(self, session: Session, conversation_id: str, *, useful: bool) -> None:
        """Keep whether the last guide helped; nothing where none was shown."""
        row = repository.last_guide(session, conversation_id)
        if row is not None:
            self._rate(session, row, useful=useful)

    def report(
        self, session: Session, conversation: ConversationRow, matter_code: str | None
    ) -> bool:
        """Put what was asked last into the queue, marked by an operator.

        Args:
            session: a writing transaction.
            conversation: in which it was asked.
            matter_code: whose suggested answer is wrong; None: there is no answer at all.

        Returns:
            Whether it was added now; False when it is in the queue already.

        Raises:
            NotFoundError: nothing was asked yet.
            QuestionProtectedError: it belongs to an irregularity report, or to one to be shielded.
        """
        draft = DialogueState.model_validate(conversation.state).draft
        if draft is not None and (
            draft.confidential or draft.kind is AppealKind.IRREGULARITY_REPORT
        ):
            raise QuestionProtectedError(f"conversation {conversation.id} is shielded")
        asked = repository.last_of_citizen(session, conversation.id)
        if asked is None:
            raise NotFoundError(f"nothing was asked in conversation {conversation.id}")
        return self._add(session, asked, QuestionSource.MARKED, matter_code)

    def _rate(self, session: Session, row: MessageRow, *, useful: bool) -> None:
        row.useful = useful
        asked = None if useful else repository.question_of(session, row)
        if asked is not None:
            self._add(session, asked, QuestionSource.BADLY_RATED, _matter_of(asked))
        session.flush()

    def _add(
        self, session: Session, asked: MessageRow, source: QuestionSource, matter: str | None
    ) -> bool:
        turn = asked.turn_id or f"{asked.conversation_id}-{asked.seq}"
        new = NewQuestion(
            origin=question_origin(turn),
            source=source,
            text=asked.masked_text,
            channel=asked.channel,
            matter_code=matter,
        )
        return self._questions.add(session, new)


def question_origin(turn_id: str) -> str:
    """Return how the queue of open questions knows a turn: rated badly as well, it counts once."""
    return f"turn:{turn_id}"


def _matter_of(asked: MessageRow) -> str | None:
    matter: str | None = (asked.summary or {}).get("matter")
    return matter
