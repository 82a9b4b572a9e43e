"""What an operator does with conversations: see them, take over, speak, take down a call."""

import json
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Literal

import anyio.to_thread
from sqlalchemy.orm import Session

from bot.conversation import replies, repository
from bot.conversation.broadcast import EVERY_CONVERSATION, Broadcaster, Watch
from bot.conversation.commit import Registered, TurnCommit
from bot.conversation.errors import (
    AlreadyHeldError,
    DraftChangingError,
    DraftIncompleteError,
    NotHeldError,
)
from bot.conversation.models import ConversationRow, MessageRow
from bot.conversation.rated_answers import AnswerRatings
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    Author,
    DialogueState,
    Effect,
    IncomingMessage,
    Outcome,
)
from bot.conversation.service import ConversationService
from bot.conversation.suggesting import Suggesting, Suggestion
from bot.conversation.transcript import LiveConversation, Receipt
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.text.personal_information import PersonalValues, mask
from foundation.text.storable import storable
from routing.schemas import AppealKind

LIVE_FOR = timedelta(hours=12)
_RECENT_WORDS = 3  # messages of the citizen that a suggestion looks at
_LONGEST_WORDS = 5_000  # characters an operator says or writes at once
_TRIES = 3  # to register a draft that something said changes meanwhile
_TELEPHONE: Literal["telephone"] = "telephone"


class OperatorDesk:
    """The operator's side of every conversation; the caller has checked the permission."""

    def __init__(
        self,
        database: Database,
        conversations: ConversationService,
        commit: TurnCommit,
        suggesting: Suggesting,
        broadcaster: Broadcaster,
        clock: Clock,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._commit = commit
        self._suggesting = suggesting
        self._broadcaster = broadcaster
        self._clock = clock
        self._ratings = AnswerRatings(clock)

    async def live(self, limit: int = 100) -> tuple[LiveConversation, ...]:
        """Return who talks now; those who wait for a person first."""
        since = self._clock.now() - LIVE_FOR

        def load(session: Session) -> tuple[LiveConversation, ...]:
            rows = repository.recent(session, since, limit)
            last = repository.last_messages(session, [row.id for row in rows])
            return tuple(
                _live(row, last[row.id])
                for row in rows
                if row.id in last and not _is_ended_call(row)
            )

        return await self._database.read(load)

    def watching_all(self) -> AbstractContextManager[Watch]:
        """Watch every conversation for the length of the block."""
        return self._broadcaster.watching(EVERY_CONVERSATION)

    async def take_over(self, conversation_id: str, operator_id: str) -> None:
        """Take a conversation over; of two operators at once one gets ``AlreadyHeldError``."""

        def take(session: Session) -> None:
            now = self._clock.now()
            if not repository.take_over(session, conversation_id, operator_id, now):
                raise AlreadyHeldError(f"conversation {conversation_id} is held")
            row = repository.lock(session, conversation_id)
            repository.append(
                session, row, Author.SYSTEM, replies.OPERATOR_JOINED, now, handled_at=now
            )

        await self._database.write(take)
        self._broadcaster.notify(conversation_id)

    async def say(self, conversation_id: str, operator_id: str, text: str) -> None:
        """Say something to the citizen as a person."""
        words = storable(text, _LONGEST_WORDS)
        if not words:
            return

        def say(session: Session) -> None:
            row = self._held(session, conversation_id, operator_id)
            now = self._clock.now()
            repository.append(
                session, row, Author.OPERATOR, words, now, author_id=operator_id, handled_at=now
            )

        await self._database.write(say)
        self._broadcaster.notify(conversation_id)

    async def hand_back(self, conversation_id: str, operator_id: str) -> None:
        """Give the conversation back to the assistant; a call ends with that."""

        def give(session: Session) -> None:
            row = self._held(session, conversation_id, operator_id)
            now = self._clock.now()
            row.holder_id = None
            row.holder_version += 1
            # Rasa heard nothing of what was said meanwhile.
            row.episode, row.episode_turns = row.episode + 1, 0
            # Whoever needs a person again is given one again.
            row.state = {**row.state, "person_called": False, "failures": 0}
            told = replies.CALL_ENDED if row.channel == _TELEPHONE else replies.OPERATOR_LEFT
            repository.append(session, row, Author.SYSTEM, told, now, handled_at=now)

        await self._database.write(give)
        self._broadcaster.notify(conversation_id)

    async def open_call(self, operator_id: str) -> str:
        """Open a telephone conversation held by the operator; return its id."""
        conversation_id = await self._conversations.open(_TELEPHONE, f"call:{uuid.uuid4().hex}")

        def begin(session: Session) -> None:
            now = self._clock.now()
            repository.take_over(session, conversation_id, operator_id, now)
            row = repository.lock(session, conversation_id)
            repository.append(
                session, row, Author.SYSTEM, replies.CALL_STARTED, now, handled_at=now
            )

        await self._database.write(begin)
        self._broadcaster.notify(conversation_id)
        return conversation_id

    async def call_line(self, conversation_id: str, operator_id: str, text: str) -> Receipt:
        """Take down one line of what the caller says; suggestions and draft follow it."""

        def key(session: Session) -> str:
            return self._held(session, conversation_id, operator_id).channel_key

        message = IncomingMessage(
            channel=_TELEPHONE,
            conversation_key=await self._database.write(key),
            message_id=uuid.uuid4().hex,
            text=text,
        )
        return await self._conversations.receive(message)

    async def draft(self, conversation_id: str, operator_id: str) -> AppealDraft | None:
        """Return the draft with personal data put back: masked for who does not hold it."""

        def load(session: Session) -> AppealDraft | None:
            row = repository.get(session, conversation_id)
            draft = DialogueState.model_validate(row.state).draft
            if draft is None:
                return None
            values = PersonalValues(json.loads(row.personal_values))
            holds = row.holder_id == operator_id
            return _with_personal_data(draft, values, masked=not holds)

        return await self._database.read(load)

    async def edit_draft(
        self, conversation_id: str, operator_id: str, changes: dict[str, str]
    ) -> None:
        """Change fields of the draft, beginning one where nothing was said yet."""

        def begin(session: Session) -> None:
            row = self._held(session, conversation_id, operator_id)
            state = DialogueState.model_validate(row.state)
            if state.draft is None:
                empty = AppealDraft(kind=AppealKind.ASSISTANCE)
                row.state = state.model_copy(update={"draft": empty}).model_dump(mode="json")

        await self._database.write(begin)
        clean = {name: storable(value, _LONGEST_WORDS) for name, value in changes.items()}
        await self._conversations.edit_draft(conversation_id, clean)

    async def register(self, conversation_id: str, operator_id: str) -> Registered:
        """Register the draft as an appeal (登记工单); the text is what the citizen is told."""
        for _ in range(_TRIES):
            registered = await self._register_as_it_stands(conversation_id, operator_id)
            if registered is not None:
                self._broadcaster.notify(conversation_id)
                return registered
        raise DraftChangingError(f"draft of {conversation_id} changed {_TRIES} times meanwhile")

    async def _register_as_it_stands(
        self, conversation_id: str, operator_id: str
    ) -> Registered | None:
        """Register today's draft; ``None`` where it changed while that was prepared."""
        state = await self._conversations.state(conversation_id)
        draft = state.draft
        if draft is None or not draft.what:
            raise DraftIncompleteError(f"conversation {conversation_id} has no draft")
        effect = Effect(type="register_appeal", data={"draft": draft.model_dump(mode="json")})
        done = state.model_copy(update={"draft": None, "asks": None})
        outcome = Outcome(
            act=Act.SUBMIT_APPEAL, intent=None, state=done, replies=(), effects=(effect,)
        )
        prepared = await anyio.to_thread.run_sync(self._commit.prepare, outcome)

        def store(session: Session) -> Registered | None:
            row = self._held(session, conversation_id, operator_id)
            # Held until the transaction ends: a second click finds no draft.
            if DialogueState.model_validate(row.state).draft != draft:
                return None
            return self._commit.register_by_operator(session, row, outcome, prepared)

        return await self._database.write(store)

    async def suggestions(self, conversation_id: str) -> tuple[Suggestion, ...]:
        """Return up to three answers for what the citizen said last, with the words behind."""
        entries = await self._conversations.transcript(conversation_id)
        said = [entry.text for entry in entries if entry.author is Author.CITIZEN]
        state = await self._conversations.state(conversation_id)
        recent: Sequence[str] = said[-_RECENT_WORDS:]
        return await anyio.to_thread.run_sync(self._suggesting.suggest, recent, state.focus)

    def report_question(
        self, session: Session, conversation_id: str, matter_code: str | None
    ) -> bool:
        """Mark what was asked last as not answered, or as answered wrongly (``matter_code``).

        Returns:
            Whether it joined the queue of open questions now; False when it is there already.

        Raises:
            NotFoundError: nothing was asked yet.
            QuestionProtectedError: it belongs to an irregularity report, or is to be shielded.
        """
        row = repository.lock(session, conversation_id)
        return self._ratings.report(session, row, matter_code)

    def _held(self, session: Session, conversation_id: str, operator_id: str) -> ConversationRow:
        row = repository.lock(session, conversation_id)
        if row.holder_id != operator_id:
            raise NotHeldError(f"operator {operator_id} does not hold {conversation_id}")
        return row


def _is_ended_call(row: ConversationRow) -> bool:
    return row.channel == _TELEPHONE and row.holder_id is None


def _with_personal_data(draft: AppealDraft, values: PersonalValues, *, masked: bool) -> AppealDraft:
    restored = {
        name: values.restore(text)
        for name in ("what", "where", "when", "contact")
        if (text := getattr(draft, name)) is not None
    }
    parts = [
        part.model_copy(update={"text": values.restore(part.text)}) for part in draft.notes.parts
    ]
    if masked:
        restored = {name: mask(text) for name, text in restored.items()}
        parts = [part.model_copy(update={"text": mask(part.text)}) for part in parts]
    notes = draft.notes.model_copy(update={"parts": tuple(parts)})
    return draft.model_copy(update={**restored, "notes": notes})


def _live(row: ConversationRow, last: MessageRow) -> LiveConversation:
    return LiveConversation(
        id=row.id,
        channel=row.channel,
        last_text=last.masked_text,
        last_author=Author(last.author),
        updated_at=row.updated_at,
        holder_id=row.holder_id,
        handover_requested_at=row.handover_requested_at,
    )
