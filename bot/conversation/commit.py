"""Step (c): replies, state and effects of a turn are stored together, or not at all."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import intake, repository
from bot.conversation.editing import edit
from bot.conversation.effects import Effects, Prepared, Result
from bot.conversation.models import ConversationRow, MessageRow
from bot.conversation.rated_answers import AnswerRatings
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    DialogueState,
    DraftNotes,
    Heard,
    Outcome,
    Reply,
)
from bot.conversation.transcript import TurnSummary
from foundation.clock import Clock
from foundation.text.normalise import normalise
from foundation.text.personal_information import PersonalValues, mask, replace_personal
from routing.attachments.staging import give_up

# Rasa walks the whole tracker several times a turn: episodes are kept short.
_EPISODE_TURNS = 20
_ENDS_EPISODE = frozenset({Act.SUBMIT_APPEAL, Act.HANDOVER, Act.CANCEL_APPEAL})

# A caller's first words: nothing of an appeal is in them.
_GREETS = re.compile(r"^(?:(?:喂|你好|您好|在吗|有人吗|早上好|下午好|晚上好|嗨|哎)[呀啊吗\W]*)+$")


@dataclass(frozen=True, slots=True)
class TurnWork:
    """What one turn has to handle: the messages that wait, and the state they meet."""

    conversation_id: str
    channel: str
    seqs: tuple[int, ...]
    texts: tuple[str, ...]
    state: DialogueState
    values: PersonalValues
    holder_id: str | None
    holder_version: int
    episode: int
    episode_turns: int
    emergency: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """An appeal registered by an operator: its number, and what to tell the citizen."""

    number: str
    text: str
    card: Mapping[str, Any]  # of the ticket card: query code, department, due time


@dataclass(frozen=True, slots=True)
class Told:
    """All that a turn without effects or danger said: its messages' receipts need no query."""

    seqs: tuple[int, ...]
    rows: tuple[MessageRow, ...]
    summary: TurnSummary
    draft: AppealDraft | None


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it was stored; ``more``: something else waits in the conversation."""

    conversation: ConversationRow
    more: bool
    told: Told | None = None


class TurnCommit:
    """Loads what a turn needs and stores what came of it."""

    def __init__(self, effects: Effects, clock: Clock) -> None:
        self._effects = effects
        self._clock = clock
        self._ratings = AnswerRatings(clock)

    def load(self, session: Session, conversation_id: str) -> TurnWork | None:
        """Return what waits in a conversation; ``None`` when nothing does."""
        rows = repository.pending(session, conversation_id)
        if not rows:
            return None
        conversation = repository.get(session, conversation_id)
        emergency = [(row.summary or {}).get("emergency_line") for row in rows]
        return TurnWork(
            conversation_id=conversation_id,
            channel=conversation.channel,
            seqs=tuple(row.seq for row in rows),
            texts=tuple(row.text for row in rows),
            state=DialogueState.model_validate(conversation.state),
            values=PersonalValues(json.loads(conversation.personal_values)),
            holder_id=conversation.holder_id,
            holder_version=conversation.holder_version,
            episode=conversation.episode,
            episode_turns=conversation.episode_turns,
            emergency=next((line for line in emergency if line), None),
        )

    def prepare(self, outcome: Outcome) -> tuple[Prepared, ...]:
        """Compute what the effects need before the transaction opens."""
        return tuple(self._effects.prepare(effect) for effect in outcome.effects)

    def store(
        self,
        session: Session,
        work: TurnWork,
        turn_id: str,
        outcome: Outcome,
        prepared: tuple[Prepared, ...],
        degraded: str | None,
    ) -> StoredTurn:
        """Store the turn, unless a person took the conversation over since it began."""
        conversation = repository.lock(session, work.conversation_id)
        waiting = repository.pending(session, work.conversation_id)
        more = any(row.seq not in work.seqs for row in waiting)
        if conversation.holder_version != work.holder_version:
            self._mark_handled(session, work, turn_id, TurnSummary(degraded=degraded), waiting)
            return StoredTurn(conversation, more)
        results = [
            self._effects.apply(session, conversation, one, work.values, turn_id)
            for one in prepared
        ]
        done = tuple(reply for result in results for reply in result.replies)
        said = (*done, *outcome.replies) if outcome.effects_first else (*outcome.replies, *done)
        rows = tuple(
            repository.append_reply(
                session,
                conversation,
                _shown(reply, work.values),
                self._clock.now(),
                turn_id=turn_id,
            )
            for reply in said
        )
        self._advance(conversation, work, outcome, results, degraded)
        if work.state.draft is not None and outcome.state.draft is None:
            give_up(session, work.conversation_id)  # nothing waits where it was registered
        summary = _summary(outcome, results, degraded)
        self._mark_handled(session, work, turn_id, summary, waiting)
        if outcome.effects or work.emergency is not None:
            return StoredTurn(conversation, more)  # more may belong to it than its replies
        return StoredTurn(conversation, more, Told(work.seqs, rows, summary, outcome.state.draft))

    def listen(self, session: Session, work: TurnWork, heard: Heard) -> None:
        """Fill the draft from what the citizen tells a person; nothing is answered."""
        conversation = repository.lock(session, work.conversation_id)
        text = replace_personal(normalise("\n".join(work.texts)), work.values)
        # As it stands under the lock: what was registered meanwhile must not come back.
        state = DialogueState.model_validate(conversation.state)
        draft = state.draft
        if draft is not None:
            draft = intake.listen(draft, text, heard)
        elif not _GREETS.match(text):
            draft = intake.begin(text, heard, None)
        state = state.model_copy(update={"draft": draft})
        conversation.state = state.model_dump(mode="json")
        conversation.personal_values = json.dumps(work.values.values, ensure_ascii=False)
        self._mark_handled(session, work, None, TurnSummary())

    def register_by_operator(
        self,
        session: Session,
        conversation: ConversationRow,
        outcome: Outcome,
        prepared: tuple[Prepared, ...],
    ) -> Registered:
        """Register the draft an operator took down; the citizen gets the same ticket card."""
        values = PersonalValues(json.loads(conversation.personal_values))
        turn_id = f"{conversation.id}-{conversation.last_seq}"[-32:]
        result = self._effects.apply(session, conversation, prepared[0], values, turn_id)
        assert result.ticket_no is not None
        for reply in result.replies:
            repository.append_reply(session, conversation, reply, self._clock.now())
        state = outcome.state.model_copy(update=result.state)
        conversation.state = state.model_dump(mode="json")
        session.flush()
        told = result.replies[0]
        return Registered(result.ticket_no, told.text, told.cards[0].data)

    def edit_draft(
        self,
        session: Session,
        conversation_id: str,
        changes: dict[str, str],
        heard: Mapping[str, Heard],
    ) -> AppealDraft | None:
        """Change the draft's fields by hand; a phone becomes a placeholder like any other.

        ``heard`` is the reading of the words typed anew, by their field.
        """
        conversation = repository.lock(session, conversation_id)
        state = DialogueState.model_validate(conversation.state)
        if state.draft is None:
            return None
        values = PersonalValues(json.loads(conversation.personal_values))
        hidden = {
            name: replace_personal(normalise(value), values) for name, value in changes.items()
        }
        draft = edit(state.draft, hidden, heard)
        conversation.state = state.model_copy(update={"draft": draft}).model_dump(mode="json")
        conversation.personal_values = json.dumps(values.values, ensure_ascii=False)
        # Rasa's form knows the draft as it was: it starts anew from the edited one.
        conversation.episode, conversation.episode_turns = conversation.episode + 1, 0
        session.flush()
        return draft

    def notes_for(self, draft: AppealDraft) -> DraftNotes:
        """Return what routing notes of a draft; no transaction is open meanwhile."""
        return self._effects.notes_for(draft)

    def note_draft(
        self, session: Session, conversation_id: str, draft: AppealDraft, notes: DraftNotes
    ) -> AppealDraft | None:
        """Keep the notes with the draft they were made of; return the draft as it stands."""
        conversation = repository.lock(session, conversation_id)
        state = DialogueState.model_validate(conversation.state)
        if state.draft != draft:
            return state.draft  # registered or changed meanwhile
        noted = draft.model_copy(update={"notes": notes})
        conversation.state = state.model_copy(update={"draft": noted}).model_dump(mode="json")
        session.flush()
        return noted

    def rate(self, session: Session, conversation_id: str, seq: int, useful: bool) -> None:
        """Keep whether an answer helped."""
        self._ratings.rate(session, conversation_id, seq, useful=useful)

    def _advance(
        self,
        conversation: ConversationRow,
        work: TurnWork,
        outcome: Outcome,
        results: list[Result],
        degraded: str | None,
    ) -> None:
        changes: dict[str, Any] = {}
        for result in results:
            changes |= result.state
        conversation.state = outcome.state.model_copy(update=changes).model_dump(mode="json")
        conversation.personal_values = json.dumps(work.values.values, ensure_ascii=False)
        conversation.degraded_reason = degraded
        turns = work.episode_turns + 1
        ended = outcome.act in _ENDS_EPISODE or turns >= _EPISODE_TURNS
        # A degraded turn starts an episode too: Rasa has not heard it.
        if ended or degraded is not None:
            conversation.episode, conversation.episode_turns = work.episode + 1, 0
        else:
            conversation.episode_turns = turns

    def _mark_handled(
        self,
        session: Session,
        work: TurnWork,
        turn_id: str | None,
        summary: TurnSummary,
        waiting: Sequence[MessageRow] = (),
    ) -> None:
        """Note what became of the turn's messages; those ``waiting`` need not be read again."""
        now = self._clock.now()
        read = {row.seq: row for row in waiting}
        for seq in work.seqs:
            row = read.get(seq) or repository.message(session, work.conversation_id, seq)
            assert isinstance(row, MessageRow)
            row.handled_at = now
            row.turn_id = turn_id
            row.summary = asdict(summary) | _emergency_of(row)
        session.flush()


def _emergency_of(row: MessageRow) -> dict[str, Any]:
    line = (row.summary or {}).get("emergency_line")
    return {"emergency_line": line} if line else {}


def _shown(reply: Reply, values: PersonalValues) -> Reply:
    """Return a reply as the citizen sees it: placeholders become their own masked values."""
    text = mask(values.restore(reply.text))
    cards = tuple(
        card.model_copy(
            update={
                "data": {
                    name: mask(values.restore(value)) if isinstance(value, str) else value
                    for name, value in card.data.items()
                }
            }
        )
        if card.type == "draft"
        else card
        for card in reply.cards
    )
    return reply.model_copy(update={"text": text, "cards": cards})


def _summary(outcome: Outcome, results: list[Result], degraded: str | None) -> TurnSummary:
    state = outcome.state
    tickets = [result.ticket_no for result in results if result.ticket_no]
    answered = outcome.matter is not None
    return TurnSummary(
        act=outcome.act,
        matter=outcome.matter,
        policy=outcome.policy,
        facet=(outcome.facet or state.facet) if answered else None,
        decision=outcome.decision,
        ticket_no=tickets[0] if tickets else None,
        handover=any(result.handover for result in results),
        asks=state.asks,
        degraded=degraded,
    )
