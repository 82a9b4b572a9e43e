"""The grouping of what came in: vectors with no transaction open, then one short transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.revisions import bump_revision
from knowledge_base.questions import repository
from knowledge_base.questions.grouping import (
    Meaning,
    Signature,
    as_bytes,
    from_bytes,
    mean_with,
    nearest,
    signatures,
)
from knowledge_base.questions.models import OpenQuestion, QuestionGroup
from knowledge_base.questions.states import QuestionState

REVISION = "questions"
_BATCH = 100


class QuestionGrouping:
    """Gives each new question its group; any number of workers may run it, one at a time does."""

    def __init__(self, database: Database, meaning: Meaning, clock: Clock) -> None:
        self._database = database
        self._meaning = meaning
        self._clock = clock

    def group_pending(self) -> int:
        """Group everything that waits; return how many questions. Slow, for a worker thread."""
        grouped = 0
        while taken := self._one_batch():
            grouped += taken
        return grouped

    def _one_batch(self) -> int:
        with self._database.reading() as session:
            waiting = repository.ungrouped(session, _BATCH)
            known = {one.id: one for one in repository.joinable(session)} if waiting else {}
        if not waiting:
            return 0
        found = signatures([one.masked_text for one in waiting], self._meaning)
        by_question = dict(zip((one.id for one in waiting), found, strict=True))
        renewed = self._in_space(list(known.values()), found[0].encoder)
        with self._database.transaction() as session:
            # The row stays locked until the end: two workers would begin the same group twice.
            bump_revision(session, REVISION, self._clock.now())
            self._renew(session, renewed)
            return self._join(session, by_question)

    def _in_space(self, groups: list[QuestionGroup], encoder: str | None) -> dict[int, Signature]:
        """Return groups placed by another encoder, or by none, where the present one has them."""
        if encoder is None:
            return {}
        strange = [one for one in groups if one.encoder != encoder]
        placed = signatures([one.text for one in strange], self._meaning)
        return {one.id: each for one, each in zip(strange, placed, strict=True)}

    def _renew(self, session: Session, renewed: Mapping[int, Signature]) -> None:
        for group in repository.joinable(session) if renewed else ():
            signature = renewed.get(group.id)
            if signature is not None and signature.meaning is not None:
                group.meaning, group.encoder = as_bytes(signature.meaning), signature.encoder
                group.meant = 1
        session.flush()

    def _join(self, session: Session, questions: Mapping[int, Signature]) -> int:
        groups = {one.id: one for one in repository.joinable(session)}
        placed = {group_id: _signature(one) for group_id, one in groups.items()}
        waiting = [one for one in repository.ungrouped(session, _BATCH) if one.id in questions]
        for question in waiting:
            signature = questions[question.id]
            group_id = nearest(signature, list(placed.items()))
            if group_id is None:
                group = _new_group(question, signature)
                session.add(group)
                session.flush()
                groups[group.id] = group
            else:
                group = groups[group_id]
                _take_in(group, question, signature)
            placed[group.id] = _signature(group)
            question.group_id = group.id
        session.flush()
        # Another worker may have grouped the batch meanwhile: then there is more to look at.
        return len(waiting) or len(questions)


def _signature(group: QuestionGroup) -> Signature:
    meaning = None if group.meaning is None else from_bytes(group.meaning)
    return Signature(from_bytes(group.words), meaning, group.encoder)


def _new_group(question: OpenQuestion, signature: Signature) -> QuestionGroup:
    return QuestionGroup(
        text=question.masked_text,
        state=QuestionState.OPEN,
        times=1,
        first_seen_at=question.asked_at,
        last_seen_at=question.asked_at,
        matter_code=question.matter_code,
        words=as_bytes(signature.words),
        meaning=None if signature.meaning is None else as_bytes(signature.meaning),
        encoder=signature.encoder,
        meant=0 if signature.meaning is None else 1,
    )


def _take_in(group: QuestionGroup, question: OpenQuestion, signature: Signature) -> None:
    group.words = as_bytes(mean_with(from_bytes(group.words), group.times, signature.words))
    if signature.meaning is not None and group.encoder == signature.encoder:
        mean = from_bytes(group.meaning or b"")
        group.meaning = as_bytes(mean_with(mean, group.meant, signature.meaning))
        group.meant += 1
    group.times += 1
    group.first_seen_at = min(group.first_seen_at, question.asked_at)
    group.last_seen_at = max(group.last_seen_at, question.asked_at)
    group.matter_code = group.matter_code or question.matter_code
