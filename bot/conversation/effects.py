"""What a turn must do beside talking: register an appeal, show progress, call a person.

Each effect has two halves: ``prepare`` computes without a transaction, ``apply`` runs inside the
one that commits the turn.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import replies, repository
from bot.conversation.models import ConversationRow
from bot.conversation.proposing import DraftProposing
from bot.conversation.rated_answers import AnswerRatings, question_origin
from bot.conversation.schemas import AppealDraft, Card, Choice, DraftNotes, Effect, Reply
from bot.conversation.staffing import StaffedHours
from bot.conversation.telling import progress_reply, ticket_reply
from foundation.clock import Clock
from foundation.errors import ConflictError, NotFoundError
from foundation.text.personal_information import PersonalValues
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import QuestionSource
from routing.appeals.schemas import NewAppeal, ProgressView
from routing.appeals.service import AppealService
from routing.deadlines.service import DeadlineService, ResolveDeadline
from routing.schemas import Proposal


@dataclass(frozen=True, slots=True)
class Prepared:
    """An effect with everything that needs no transaction already computed."""

    effect: Effect
    draft: AppealDraft | None = None
    proposal: Proposal | None = None
    deadline: ResolveDeadline | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What an effect adds to the turn."""

    replies: tuple[Reply, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)
    ticket_no: str | None = None
    handover: bool = False


class Effects:
    """Runs the effects of a turn."""

    def __init__(
        self,
        appeals: AppealService,
        deadlines: DeadlineService,
        proposing: DraftProposing,
        staffed: StaffedHours,
        clock: Clock,
    ) -> None:
        self._appeals = appeals
        self._deadlines = deadlines
        self._proposing = proposing
        self._staffed = staffed
        self._clock = clock
        self._questions = QuestionFeed(clock)
        self._ratings = AnswerRatings(clock)

    def prepare(self, effect: Effect) -> Prepared:
        """Compute what needs no transaction: the proposal and the due time."""
        if effect.type != "register_appeal":
            return Prepared(effect)
        now = self._clock.now()
        draft = AppealDraft.model_validate(effect.data["draft"])
        proposal = self._proposing.propose_for(draft)
        deadline = self._deadlines.resolve_due(draft.kind, now)
        return Prepared(effect, draft, proposal, deadline, now)

    def notes_for(self, draft: AppealDraft) -> DraftNotes:
        """Return what routing notes of a draft that was changed."""
        return self._proposing.notes_for(draft)

    def apply(
        self,
        session: Session,
        conversation: ConversationRow,
        prepared: Prepared,
        values: PersonalValues,
        turn_id: str,
    ) -> Result:
        """Run one effect in the turn's transaction."""
        effect = prepared.effect
        if effect.type == "register_appeal":
            return self._register(session, conversation, prepared, values, turn_id)
        if effect.type == "show_progress":
            return self._show_progress(session, conversation, effect, values)
        if effect.type == "request_handover":
            quiet = bool(effect.data.get("quiet"))
            return self._request_handover(session, conversation, quiet=quiet)
        if effect.type == "repeat_last":
            return _repeat_last(session, conversation)
        if effect.type == "rate_answer":
            self._ratings.rate_last(session, conversation.id, useful=bool(effect.data["useful"]))
            return Result()
        self._questions.add(
            session,
            NewQuestion(
                origin=question_origin(turn_id),
                source=QuestionSource.NO_ANSWER,
                text=str(effect.data["text"]),
                channel=conversation.channel,
            ),
        )
        return Result()

    def _register(
        self,
        session: Session,
        conversation: ConversationRow,
        prepared: Prepared,
        values: PersonalValues,
        turn_id: str,
    ) -> Result:
        draft, proposal = prepared.draft, prepared.proposal
        assert draft is not None
        assert proposal is not None
        new = NewAppeal(
            idempotency_key=f"turn:{turn_id}",
            conversation_id=conversation.id,
            channel=conversation.channel,
            kind=draft.kind,
            text=values.restore(draft.what),
            place=values.restore(draft.where) if draft.where else None,
            district=proposal.reading.district or draft.district,
            when=draft.when,
            phone=values.restore(draft.contact) if draft.contact else None,
            confidential=draft.confidential or proposal.reading.confidential,
        )
        parts = tuple(replace(one, text=values.restore(one.text)) for one in proposal.parts)
        proposal = replace(proposal, parts=parts)
        registered = self._appeals.register(session, new, proposal, prepared.deadline)
        return Result(
            replies=(ticket_reply(registered),),
            state={"last_ticket_no": registered.number},
            ticket_no=registered.number,
        )

    def _show_progress(
        self,
        session: Session,
        conversation: ConversationRow,
        effect: Effect,
        values: PersonalValues,
    ) -> Result:
        number, code = effect.data["number"], effect.data["code"]
        try:
            view = self._look_up(session, conversation, number, code)
        except (NotFoundError, ConflictError) as error:
            return Result(replies=(Reply(text=error.user_message),))
        return Result(replies=(progress_reply(view),), ticket_no=view.number)

    def _look_up(
        self, session: Session, conversation: ConversationRow, number: str, code: str | None
    ) -> ProgressView:
        if code is None:
            return self._appeals.progress_for_conversation(session, number, conversation.id)
        return self._appeals.progress(session, number, code, f"conversation:{conversation.id}")

    def _request_handover(
        self, session: Session, conversation: ConversationRow, *, quiet: bool
    ) -> Result:
        """Put a conversation into the queue; ``quiet``: the citizen has other things to read."""
        now = self._clock.now()
        if not self._staffed.open_at(now):
            closed = () if quiet else (Reply(text=replies.HANDOVER_CLOSED),)
            return Result(replies=closed)
        if conversation.handover_requested_at is not None:
            return Result(replies=(Reply(text=replies.HANDOVER_ALREADY),), handover=True)
        conversation.handover_requested_at = now
        session.flush()
        if quiet:
            return Result(handover=True)
        ahead = repository.waiting_ahead(session, conversation)
        text = replies.HANDOVER_WAITING.format(ahead=ahead) if ahead else replies.HANDOVER_NEXT
        card = Card(type="handover", data={"position": ahead + 1, "hint": text})
        return Result(replies=(Reply(text=text, cards=(card,)),), handover=True)


def _repeat_last(session: Session, conversation: ConversationRow) -> Result:
    said = tuple(
        Reply(
            text=row.text,
            cards=tuple(Card.model_validate(card) for card in row.payload.get("cards", ())),
            choices=tuple(Choice.model_validate(one) for one in row.payload.get("choices", ())),
            sources=tuple(row.payload.get("sources", ())),
        )
        for row in repository.last_answer(session, conversation.id)
    )
    return Result(replies=said or (Reply(text=replies.NOTHING_TO_REPEAT),))
