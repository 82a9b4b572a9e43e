"""What a turn must do beside talking: register an appeal, show progress, call a person.

Each effect has two halves: ``prepare`` computes without a transaction, ``apply`` runs inside the
one that commits the turn.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import replies, repository
from bot.conversation.models import ConversationRow
from bot.conversation.proposing import DraftProposing
from bot.conversation.rated_answers import AnswerRatings, question_origin
from bot.conversation.schemas import AppealDraft, Card, Choice, Effect, Reply
from bot.conversation.staffing import StaffedHours
from foundation.clock import Clock
from foundation.errors import ConflictError, NotFoundError
from foundation.text.personal_information import PersonalValues
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import QuestionSource
from routing.appeals.schemas import NewAppeal, ProgressPart, ProgressView, RegisteredAppeal
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


def ticket_reply(registered: RegisteredAppeal) -> Reply:
    """Tell the citizen number, code, who handles it and by when."""
    due = f"，应在{when_text(registered.due_at)}前办结" if registered.due_at else ""
    mark = "（节假日安排未公布，暂按周末推算）" if registered.provisional else ""
    by = registered.department_name or "热线派单员审核后转办"
    text = (
        f"已登记。诉求编号{registered.number}，查询码{registered.query_code}，"
        f"承办：{by}{due}{mark}。请记下编号和查询码，随时可以查进度。"
    )
    data = {
        "number": registered.number,
        "query_code": registered.query_code,
        "department": by,
        "due_at": registered.due_at.isoformat() if registered.due_at else None,
        "provisional": registered.provisional,
        "derivation": list(registered.derivation),
        "state_label": registered.state_label,
    }
    return Reply(text=text, cards=(Card(type="ticket", data=data),))


def progress_reply(view: ProgressView) -> Reply:
    """Tell where an appeal stands."""
    lines = [f"诉求{view.number}："]
    lines += [f"{when_text(stage.at)} {stage.label}" for stage in view.stages]
    if view.due_at is not None and view.reply is None:
        lines.append(f"应在{when_text(view.due_at)}前办结")
    if view.reply is not None:
        lines.append(f"答复：{view.reply}")
    lines += [f"另有一部分由{_handled_by(part)}：{_stands(part)}" for part in view.parts]
    lines += [f"{when_text(one.at)}的答复：{one.text}" for one in view.earlier_replies]
    data = {
        "number": view.number,
        "stages": [{"label": stage.label, "at": stage.at.isoformat()} for stage in view.stages],
        "department": view.department,
        "due_at": view.due_at.isoformat() if view.due_at else None,
        "reply": view.reply,
        "parts": [
            {
                "text": part.text,
                "state": part.state_label,
                "department": part.department,
                "due_at": part.due_at.isoformat() if part.due_at else None,
                "reply": part.reply,
            }
            for part in view.parts
        ],
        "earlier": [
            {"department": one.department, "text": one.text, "at": one.at.isoformat()}
            for one in view.earlier_replies
        ],
    }
    return Reply(text="\n".join(lines), cards=(Card(type="progress", data=data),))


def _handled_by(part: ProgressPart) -> str:
    return f"{part.department}办理" if part.department else "热线派单"


def _stands(part: ProgressPart) -> str:
    return f"答复：{part.reply}" if part.reply else part.state_label


_WEEKDAYS = "一二三四五六日"


def when_text(moment: datetime) -> str:
    """Return a moment as people read it: ``11月24日（周二）18:00``."""
    weekday = _WEEKDAYS[moment.weekday()]
    return f"{moment.month}月{moment.day}日（周{weekday}）{moment:%H:%M}"
