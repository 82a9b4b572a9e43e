"""The one conversation behind every channel.

A message passes three steps (DESIGN §5): (a) the emergency screen, and the message is stored;
(b) read, retrieved, decided with no transaction open; (c) replies, state and effects are stored
together. Turns of one conversation run one after the other; what arrives meanwhile is read
together in the next turn.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import anyio.to_thread
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversation import replies, repository
from bot.conversation.broadcast import Broadcaster
from bot.conversation.commit import StoredTurn, Told, TurnCommit, TurnWork
from bot.conversation.deciding import Decided, Decider
from bot.conversation.effects import Prepared
from bot.conversation.errors import TurnBusyError
from bot.conversation.fragments import FRAGMENT_WAIT_SECONDS, is_fragment
from bot.conversation.order import OrderLocks
from bot.conversation.parts import Part
from bot.conversation.reading import PIPELINE_CHARACTERS, TurnReader, says_something
from bot.conversation.receipts import not_stored, receipt_from, receipt_of, state_of
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    DialogueState,
    IncomingMessage,
    Outcome,
    Reply,
    Turn,
)
from bot.conversation.several import after_the_danger, announced, somewhere, together
from bot.conversation.storing import Stored, store_message
from bot.conversation.transcript import Entry, Receipt, entry
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.metrics import Metrics
from routing.appeals.schemas import ProgressView
from routing.appeals.service import AppealService
from routing.safety import SafetyAlert, find_danger

logger = logging.getLogger(__name__)

_TURN_WAIT_SECONDS = 15.0
_TURN_POLL_SECONDS = 0.05
_HEARD_FIELDS = ("what", "where")  # of a draft: typed anew, they are heard like words said


@dataclass(slots=True)
class _HeldTurn:
    """The turn of a conversation: what waited when it was taken, and whether it is held still."""

    work: TurnWork | None
    held: bool = True
    told: list[Told] = field(default_factory=list)  # by the turns handled while it was held


class ConversationService:
    """Receives what citizens say and returns what the hotline answers."""

    def __init__(
        self,
        database: Database,
        reader: TurnReader,
        decider: Decider,
        commit: TurnCommit,
        appeals: AppealService,
        broadcaster: Broadcaster,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._reader = reader
        self._decider = decider
        self._commit = commit
        self._appeals = appeals
        self._broadcaster = broadcaster
        self._clock = clock
        self._metrics = metrics
        self._worker = uuid.uuid4().hex
        self._arrivals = OrderLocks()
        self._turns = OrderLocks()

    async def open(self, channel: str, key: str) -> str:
        """Return the conversation of a channel identity, making it when new."""

        def find_or_create(session: Session) -> str:
            row = repository.find(session, channel, key)
            return (row or repository.create(session, channel, key, self._clock.now())).id

        known = await self._database.read(lambda session: repository.find(session, channel, key))
        if known is not None:
            return known.id
        try:
            return await self._database.write(find_or_create)
        except IntegrityError:
            # Another worker made it between our look and our insert.
            return await self._database.write(find_or_create)

    async def receive(self, message: IncomingMessage) -> Receipt:
        """Take one message in and return when its turn is done; a resend gets the first result."""
        alert = find_danger(message.text)
        try:
            # In order of arrival: worker threads would otherwise race to the database.
            async with self._arrivals.of(f"{message.channel}:{message.conversation_key}"):
                stored = await self._store(message, alert)
        except SQLAlchemyError:
            logger.exception("message not stored: channel=%s", message.channel)
            return not_stored(alert)
        self._broadcaster.notify(stored.conversation_id)
        started = time.perf_counter()
        told = await self._run_turns(stored.conversation_id)
        receipt = await self._receipt(stored, told)
        if not stored.resent:
            elapsed = time.perf_counter() - started
            self._metrics.turn(message.channel, elapsed, receipt.degraded)
        return receipt

    async def _receipt(self, stored: Stored, told: list[Told]) -> Receipt:
        """Return what came of a message: of the turns just handled, or else read once more."""
        mine = next((one for one in told if stored.seq in one.seqs), None)
        if mine is not None:
            return receipt_from(stored, mine)
        return await self._database.read(lambda session: receipt_of(session, stored))

    async def transcript(
        self, conversation_id: str, after: int = 0, *, masked: bool = False
    ) -> tuple[Entry, ...]:
        """Return what was said after ``after``; ``masked`` for readers other than the citizen."""
        rows = await self._database.read(
            lambda session: repository.messages(session, conversation_id, after)
        )
        return tuple(entry(row, masked=masked) for row in rows)

    @asynccontextmanager
    async def subscribe(
        self, conversation_id: str, after: int | None = None, *, masked: bool = False
    ) -> AsyncIterator[AsyncIterator[Entry]]:
        """Yield what is said, as it is stored, from ``after`` (``None``: from now) on."""
        last = after
        if last is None:
            row = await self._database.read(
                lambda session: repository.get(session, conversation_id).last_seq
            )
            last = row
        with self._broadcaster.watching(conversation_id) as watch:

            async def entries(seen: int) -> AsyncIterator[Entry]:
                while True:
                    for said in await self.transcript(conversation_id, seen, masked=masked):
                        seen = said.seq
                        yield said
                    await watch.changed()

            yield entries(last)

    async def state(self, conversation_id: str) -> DialogueState:
        """Return the dialogue state as it stands."""
        return await self._database.read(lambda session: state_of(session, conversation_id))

    async def draft(self, conversation_id: str) -> AppealDraft | None:
        """Return the appeal being taken down, contact as placeholder."""
        return (await self.state(conversation_id)).draft

    async def edit_draft(self, conversation_id: str, changes: dict[str, str]) -> AppealDraft | None:
        """Change fields of the draft by hand (the form beside the chat)."""
        async with self._turn(conversation_id):
            typed = [name for name in _HEARD_FIELDS if changes.get(name)]
            heard = {
                name: await anyio.to_thread.run_sync(self._reader.hear, changes[name])
                for name in typed
            }
            draft = await self._database.write(
                lambda session: self._commit.edit_draft(session, conversation_id, changes, heard)
            )
            draft = await self._noted(conversation_id, draft)
        self._broadcaster.notify(conversation_id)
        return draft

    async def _noted(self, conversation_id: str, draft: AppealDraft | None) -> AppealDraft | None:
        """Bring what routing notes of a draft up to its words; within the conversation's turn."""
        if draft is None:
            return None
        notes = await anyio.to_thread.run_sync(self._commit.notes_for, draft)
        if notes == draft.notes:
            return draft
        return await self._database.write(
            lambda session: self._commit.note_draft(session, conversation_id, draft, notes)
        )

    async def rate(self, conversation_id: str, seq: int, useful: bool) -> None:
        """Keep whether an answer helped; one that did not joins the queue of open questions."""
        await self._database.write(
            lambda session: self._commit.rate(session, conversation_id, seq, useful)
        )

    async def progress(self, number: str, code: str, client_key: str) -> ProgressView:
        """Return where an appeal stands; wrong tries count against number and address."""
        return await self._database.write(
            lambda session: self._appeals.progress(session, number, code, client_key)
        )

    async def say_of_appeal(
        self, number: str, code: str, client_key: str, text: str, question: int | None
    ) -> ProgressView:
        """Take what a protected citizen answers a department, or adds; return the progress."""
        return await self._database.write(
            lambda session: self._appeals.say(session, number, code, client_key, text, question)
        )

    async def say_in_conversation(
        self, number: str, conversation_id: str, text: str, question: int | None
    ) -> ProgressView:
        """Take the same in the conversation that registered the appeal."""
        return await self._database.write(
            lambda session: self._appeals.say_in_conversation(
                session, number, conversation_id, text, question
            )
        )

    async def recover(self) -> int:
        """Handle what a killed server left unhandled; return how many conversations."""
        waiting = await self._database.read(repository.unhandled_conversations)
        for conversation_id in waiting:
            await self._run_turns(conversation_id)
        return len(waiting)

    async def _store(self, message: IncomingMessage, alert: SafetyAlert | None) -> Stored:
        def store(session: Session) -> Stored:
            return store_message(session, message, alert, self._clock.now())

        try:
            return await self._database.write(store)
        except IntegrityError:
            # The same message or the same new conversation came twice at once: now it is there.
            return await self._database.write(store)

    @asynccontextmanager
    async def _turn(self, conversation_id: str) -> AsyncIterator[_HeldTurn]:
        """Hold the conversation's turn: in order within this process, by lease among processes."""
        async with self._turns.of(conversation_id):
            turn = await self._take_turn(conversation_id)
            try:
                yield turn
            finally:
                if turn.held:
                    await self._database.write(
                        lambda s: repository.release_turn(s, conversation_id, self._worker),
                        durable=False,
                    )

    async def _take_turn(self, conversation_id: str) -> _HeldTurn:
        def take(session: Session) -> _HeldTurn | None:
            now = self._clock.now()
            if not repository.take_turn(session, conversation_id, self._worker, now):
                return None
            return _HeldTurn(self._commit.load(session, conversation_id))

        waited = 0.0
        while waited < _TURN_WAIT_SECONDS:
            # A lease that a power cut takes back is nobody's loss.
            taken = await self._database.write(take, durable=False)
            if taken is not None:
                return taken
            await asyncio.sleep(_TURN_POLL_SECONDS)
            waited += _TURN_POLL_SECONDS
        raise TurnBusyError(f"turn of conversation {conversation_id} held elsewhere")

    async def _run_turns(self, conversation_id: str) -> list[Told]:
        """Handle what waits in a conversation; return what was told of it."""
        async with self._turn(conversation_id) as turn:
            work = turn.work
            while work is not None:
                if work.holder_id is None and is_fragment(work.texts, work.state):
                    await asyncio.sleep(FRAGMENT_WAIT_SECONDS)
                    work = await self._load(conversation_id) or work
                await self._handle(work, turn)
                self._broadcaster.notify(conversation_id)
                work = await self._load(conversation_id) if turn.held else None
            return turn.told

    async def _load(self, conversation_id: str) -> TurnWork | None:
        return await self._database.read(
            lambda session: self._commit.load(session, conversation_id)
        )

    async def _handle(self, work: TurnWork, turn: _HeldTurn) -> None:
        """Handle what waits."""
        if work.holder_id is not None:
            await self._listen(work)
            return
        text = "\n".join(work.texts)
        if not says_something(text):
            outcome = Outcome(
                act=Act.FALLBACK,
                intent=None,
                state=work.state,
                replies=() if work.emergency else (Reply(text=replies.EMPTY),),
            )
            await self._finish(work, turn, uuid.uuid4().hex, outcome, None)
            return
        turn_id = uuid.uuid4().hex
        decided = await self._decide(text, work, turn_id)
        outcome = decided.outcome
        if len(text) > PIPELINE_CHARACTERS:
            told = (Reply(text=replies.TRUNCATED), *outcome.replies)
            outcome = outcome.model_copy(update={"replies": told})
        await self._finish(work, turn, turn_id, outcome, decided.degraded)

    async def _decide(self, text: str, work: TurnWork, turn_id: str) -> Decided:
        """Decide a message part by part, each on the state that the one before it left."""
        turn, parts = await self._read(text, work.state, work)
        whole = turn
        sender = f"{work.conversation_id}-{work.episode}"
        resume = work.state.draft is not None and work.episode_turns == 0
        done: list[Decided] = []
        state, waiting = work.state, list(parts)
        while waiting:
            part = waiting.pop(0)
            if part.issue and state.draft is not None:
                state = state.model_copy(update={"waiting": (*state.waiting, part.text)})
                continue
            if done or part.text != turn.text:
                turn, _ = await self._read(part.text, state, work)
            alarmed = work.emergency is not None
            line = work.emergency if part.danger else None
            asked = turn.model_copy(update={"turn_id": turn_id, "emergency": line})
            if part.issue:
                asked = somewhere(asked, whole)
            decided = await self._decider.decide(asked, sender, resume=resume and not done)
            if alarmed and part.issue:
                decided = replace(decided, outcome=after_the_danger(decided.outcome))
            done.append(decided)
            state = decided.outcome.state
            if (issue := _next_issue(decided.outcome)) is not None:
                state = state.model_copy(update={"waiting": state.waiting[1:]})
                done.append(replace(decided, outcome=announced(issue, state)))
                waiting.append(Part(issue, issue=True))
        degraded = next((one.degraded for one in done if one.degraded), None)
        return Decided(together([one.outcome for one in done], state), degraded)

    async def _read(
        self, text: str, state: DialogueState, work: TurnWork
    ) -> tuple[Turn, tuple[Part, ...]]:
        with self._metrics.retrieval():
            return await anyio.to_thread.run_sync(
                self._reader.read_parts, text, state, work.values, work.emergency
            )

    async def _listen(self, work: TurnWork) -> None:
        """While a person speaks the assistant is silent; it only fills the draft beside."""
        text = "\n".join(work.texts)
        heard = await anyio.to_thread.run_sync(self._reader.hear, text, work.values)
        await self._database.write(lambda session: self._commit.listen(session, work, heard))
        await self._noted(work.conversation_id, await self.draft(work.conversation_id))

    async def _finish(
        self,
        work: TurnWork,
        turn: _HeldTurn,
        turn_id: str,
        outcome: Outcome,
        degraded: str | None,
    ) -> None:
        """Store the turn, and give it back if nothing waits."""
        prepared: tuple[Prepared, ...] = ()
        if outcome.effects:
            prepared = await anyio.to_thread.run_sync(self._commit.prepare, outcome)

        def store(session: Session) -> StoredTurn:
            stored = self._commit.store(session, work, turn_id, outcome, prepared, degraded)
            if not stored.more:
                repository.give_back(stored.conversation, self._worker)
            return stored

        stored = await self._database.write(store)
        turn.held = stored.more
        if stored.told is not None:
            turn.told.append(stored.told)


def _next_issue(outcome: Outcome) -> str | None:
    """Return what was told beside an appeal that is done now."""
    done = outcome.act in {Act.SUBMIT_APPEAL, Act.CANCEL_APPEAL} and outcome.state.draft is None
    return outcome.state.waiting[0] if done and outcome.state.waiting else None
