"""Questions answered from one library and the indexes over it: one snapshot, never changed."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.policies.quoting import quote
from knowledge_base.policies.schema import SEPARATOR
from knowledge_base.policy_answers.errors import PolicyAnswerNotFoundError
from knowledge_base.policy_rendering import clause_text, policy_answer_text
from knowledge_base.rendering import facet_text
from knowledge_base.schema import MATTER_CODE, FacetName, Matter, Visibility
from retrieval.answers import cite, compose_text
from retrieval.calibration.store import Calibration, Model
from retrieval.contrast import contrast_of
from retrieval.decision import choices
from retrieval.fusion import Evidence, fuse, without
from retrieval.index.passages import Entry
from retrieval.judging import Judgement, judge, without_answer
from retrieval.policy_citing import cite_clause, cite_policy_answer
from retrieval.schemas import Answer, Candidate, Decision, EntryKind, Understanding
from retrieval.search import SearchEngine
from retrieval.several import asked_apart, further_sides, together
from retrieval.two_matters import both_meant
from retrieval.weighing import Weighed

# A follow-up names no matter, so that the one in focus is meant all but surely.
FOCUS_CONFIDENCE = 0.95
# A short question with this share of its words in the guide in focus is about that guide.
_FOCUS_COVERAGE = 0.5
_SHORT = 15  # characters
# An operator can judge a weak suggestion; a citizen should not have to.
_SUGGEST_SHARE = 0.5


_Judged = tuple[Evidence, Judgement, Model]


@dataclass(frozen=True, slots=True)
class _Read:
    """One question answered as one; ``judged`` where the search decided it."""

    answer: Answer
    judged: _Judged | None = None


class Answering:
    """Understands, searches, decides and composes; safe to call from many threads."""

    def __init__(
        self, library: Library, engine: SearchEngine, calibration: Callable[[], Calibration]
    ) -> None:
        self.library = library
        self.engine = engine
        self._calibration = calibration

    def matter(self, code: str) -> Matter:
        """Return a public guide.

        Raises:
            MatterNotFoundError: there is none with this code, or it is not for citizens.
        """
        matter = self.library.matter(code)
        if matter.visibility is not Visibility.PUBLIC:
            raise MatterNotFoundError(code)
        return matter

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question, with its answer.

        Args:
            text: what was said, personal data as placeholders.
            focus: code of what was spoken of before; a question that names nothing is about it. A
                policy answer leads on to its matter.
        """
        started = time.perf_counter()
        answer = self._several(self._read(self.engine.understand(text), self._known(focus)))
        return replace(answer, elapsed_ms=(time.perf_counter() - started) * 1000)

    def _several(self, read: _Read) -> Answer:
        """Return the answers to all that was asked; the one answer where that is one thing."""
        whole = read.answer
        if whole.understanding.follow_up or read.judged is None:
            return whole
        parts = self._asked_apart(whole) or self._two_named(whole, *read.judged)
        return together(whole, parts) if parts else self._further_sides(whole)

    def _asked_apart(self, whole: Answer) -> tuple[Answer, ...]:
        """Return the answers to parts that each ask for something that is answered alone."""
        texts = asked_apart(whole.understanding.text, self.engine.wording.residue)
        found: dict[str, Answer] = {}
        for text in texts:
            answer = self._read(self.engine.understand(text), None).answer
            if answer.decision is Decision.ANSWER:
                found.setdefault(answer.candidates[0].code, answer)
        return tuple(found.values()) if len(found) > 1 else ()

    def _two_named(
        self, whole: Answer, evidence: Evidence, judged: Judgement, model: Model
    ) -> tuple[Answer, ...]:
        """Return the answers of the first two guides where both are asked for."""
        both = both_meant(self.engine, whole.understanding, evidence, judged, model)
        scores = dict(zip(judged.guides.rows.tolist(), judged.guides.scores.tolist(), strict=True))
        return tuple(
            self._answer(
                understanding, (self._candidate(evidence, row, scores[row]),), whole.confidence
            )
            for row, understanding in both
        )

    def _further_sides(self, whole: Answer) -> Answer:
        """Add what else is asked of the one guide: 「要带什么，多少钱」."""
        if whole.decision is not Decision.ANSWER or whole.kind is not EntryKind.GUIDE:
            return whole
        assert whole.matter is not None
        sides = further_sides(whole.understanding.text, whole.facet)
        if not sides:
            return whole
        matter, parts = self.matter(whole.matter), [whole]
        for facet, said in sides:
            asked = Understanding(text=said, core=said, facet=facet, follow_up=True)
            parts.append(self._of_guide(asked, whole.candidates[:1], whole.confidence, matter))
        return together(whole, parts)

    def is_guide(self, code: str) -> bool:
        """Whether a code is a matter's, whether or not there is a guide."""
        return code in self.library.index or code in self.library.matters

    def title(self, code: str) -> str:
        """Return what a guide, policy answer or clause is called.

        Raises:
            MatterNotFoundError, PolicyAnswerNotFoundError: citizens are not answered with it.
        """
        return self._entry(code).title

    def compose(self, code: str, facet: FacetName | None = None) -> Answer:
        """Return the answer for a known entry; without a facet a guide says how it is done.

        Raises:
            MatterNotFoundError, PolicyAnswerNotFoundError: citizens are not answered with it.
        """
        entry = self._entry(code)
        candidate = Candidate(code, entry.title, 1.0, matched=entry.title, kind=entry.kind)
        understanding = Understanding(text="", core="", facet=facet)
        return self._answer(understanding, (candidate,), 1.0)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return up to ``limit`` entries for an operator, each with the passage that led to it.

        The last place is a clause's where one comes near.
        """
        understanding = self.engine.understand(text)
        evidence, judged, model = self._judge(understanding)
        sure = max(judged.belonging, judged.policy_probability)
        found: tuple[Candidate, ...] = ()
        if judged.decision is not Decision.NO_ANSWER or (
            sure >= model.clarify_from * _SUGGEST_SHARE
        ):
            found = self._candidates(evidence, judged)
        clauses = [row for row in judged.clauses[:1] if row not in judged.rows]
        quoted = tuple(self._candidate(evidence, int(row), 0.0) for row in clauses)
        return (*found[: limit - len(quoted)], *quoted)

    def weigh(self, text: str) -> Weighed:
        """Return how near every guide comes to ``text``, whatever was spoken of before."""
        understanding = self.engine.understand(text)
        evidence, judged, model = self._judge(understanding)
        fused, dense = fuse(evidence, model.ranking), evidence.dense
        nothing = np.zeros_like(fused)
        return Weighed(
            position=self.engine.position,
            codes=tuple(entry.code for entry in self.engine.entries),
            best=judged.guides.rows,
            fused=fused,
            names=nothing if dense is None else dense.names,
            near=nothing if dense is None else dense.any,
            coverage=evidence.lexical.coverage,
            likelihood=evidence.lexical.likelihood,
            probability=judged.guide_probability,
            belonging=judged.belonging,
            facet=understanding.facet,
            named=self.engine.wording.residue(understanding.core),
        )

    def _read(self, understanding: Understanding, focus: str | None) -> _Read:
        if focus is not None and (
            understanding.follow_up or self._asks_of_its_words(understanding, focus)
        ):
            return _Read(self._from_focus(replace(understanding, follow_up=True), focus))
        if understanding.follow_up:
            # It names no matter and none is in focus: whoever asks must say which is meant.
            return _Read(Answer(understanding, Decision.NO_ANSWER, (), 0.0))
        understanding, found = self._meant(understanding)
        evidence, judged, model = found
        decision = judged.decision
        if focus is not None and decision is not Decision.ANSWER:
            chosen = {self.engine.entries[row].code for row in choices(judged.guides, model)}
            offered = decision is Decision.CLARIFY and focus in chosen
            if understanding.facet and (offered or self._is_about(understanding, evidence, focus)):
                return _Read(self._from_focus(replace(understanding, follow_up=True), focus))
        candidates = self._candidates(evidence, judged)
        if decision is Decision.ANSWER:
            answer = self._answer(understanding, candidates, judged.probability)
        else:
            text = _titles(decision, candidates)
            answer = Answer(understanding, decision, candidates, judged.probability, text=text)
        return _Read(answer, found)

    def _meant(self, understanding: Understanding) -> tuple[Understanding, _Judged]:
        """Judge a question; the guide that it says it does not mean takes no part."""
        found = evidence, judged, model = self._judge(understanding)
        contrast = contrast_of(understanding.text)
        if contrast is None or not judged.guides.rows.size:
            return understanding, found
        _, denied, _ = self._judge(self.engine.understand(contrast.excluded))
        excluded, kinds = int(denied.guides.rows[0]), self.engine.kinds
        another = judged.decision is Decision.ANSWER and judged.guides.rows[0] != excluded
        # 「不是骗子吧」 denies nothing that guides are about
        if denied.decision is Decision.NO_ANSWER or another:
            return understanding, found
        left = judge(without(evidence, excluded), kinds, model)
        if not contrast.kept:
            return understanding, (evidence, without_answer(left), model)
        meant = self.engine.understand(contrast.kept)
        evidence_of_kept = without(self._judge(meant)[0], excluded)
        kept = judge(evidence_of_kept, kinds, model)
        understanding = replace(understanding, facet=meant.facet)
        if kept.decision is Decision.ANSWER:
            return understanding, (evidence_of_kept, kept, model)
        return understanding, (evidence, left, model)

    def _judge(self, understanding: Understanding) -> _Judged:
        calibration = self._calibration()
        evidence = self.engine.search(understanding)
        # the encoder may have joined between two questions: evidence says which model it needs
        model = calibration.lexical if evidence.dense is None else calibration.full
        return evidence, judge(evidence, self.engine.kinds, model), model

    def _asks_of_its_words(self, understanding: Understanding, focus: str) -> bool:
        """Whether a facet is asked for with words that stand there: 「要不要带户口本」."""
        facet = understanding.facet
        if facet is None or facet is FacetName.PROCESS or len(understanding.core) > _SHORT:
            return False
        wording = self.engine.wording
        named = wording.with_guide_words(wording.residue(understanding.core))
        return named in facet_text(self.library.matter(focus), facet, self.library)

    def _is_about(self, understanding: Understanding, evidence: Evidence, focus: str) -> bool:
        if len(understanding.core) > _SHORT or understanding.facet is FacetName.PROCESS:
            return False
        row = self.engine.position[focus]
        return float(evidence.lexical.coverage[row]) >= _FOCUS_COVERAGE

    def _from_focus(self, understanding: Understanding, focus: str) -> Answer:
        title = self.library.matter(focus).title
        candidate = Candidate(focus, title, 1.0, matched=title)
        return self._answer(understanding, (candidate,), FOCUS_CONFIDENCE)

    def _answer(
        self, understanding: Understanding, candidates: tuple[Candidate, ...], probability: float
    ) -> Answer:
        first = candidates[0]
        if first.kind is not EntryKind.GUIDE:
            answer = Answer(understanding, Decision.ANSWER, candidates, probability, first.kind)
            return self._quoted(answer, first.code)
        return self._of_guide(understanding, candidates, probability, self.matter(first.code))

    def _of_guide(
        self,
        understanding: Understanding,
        candidates: tuple[Candidate, ...],
        probability: float,
        matter: Matter,
    ) -> Answer:
        facet = understanding.facet or FacetName.PROCESS
        return Answer(
            understanding,
            Decision.ANSWER,
            candidates,
            probability,
            EntryKind.GUIDE,
            matter=matter.code,
            facet=facet,
            text=compose_text(matter, facet, self.library),
            sources=(cite(matter, facet),),
        )

    def _quoted(self, answer: Answer, code: str) -> Answer:
        """Fill in what a policy answer or a clause says, word for word."""
        if answer.kind is EntryKind.POLICY_ANSWER:
            found = self.library.policy_answers.answer(code)
            matter = self._known(code)
            return replace(
                answer,
                candidates=self._with_matter(answer.candidates, matter),
                matter=matter,
                text=policy_answer_text(found),
                sources=(cite_policy_answer(found),),
            )
        document, _, path = code.partition(SEPARATOR)
        policy = self.library.policies[document]
        quotation = quote(policy.document, path)
        text = clause_text(policy.document, quotation)
        return replace(answer, text=text, sources=(cite_clause(document, policy, quotation),))

    def _with_matter(
        self, candidates: tuple[Candidate, ...], matter: str | None
    ) -> tuple[Candidate, ...]:
        if matter is None or any(one.code == matter for one in candidates):
            return candidates
        title = self.library.matter(matter).title
        related = Candidate(matter, title, candidates[0].score, matched=title)
        return (candidates[0], related, *candidates[1:])

    def _candidates(self, evidence: Evidence, judged: Judgement) -> tuple[Candidate, ...]:
        pairs = zip(judged.rows, judged.scores, strict=True)
        return tuple(self._candidate(evidence, int(row), float(score)) for row, score in pairs)

    def _candidate(self, evidence: Evidence, row: int, score: float) -> Candidate:
        entry, matched = self.engine.entries[row], self._matched(evidence, row)
        return Candidate(entry.code, entry.title, round(score, 4), matched, entry.kind)

    def _matched(self, evidence: Evidence, row: int) -> str:
        best = -1 if evidence.dense is None else int(evidence.dense.best[row])
        return self.engine.passages[best if best >= 0 else int(evidence.lexical.best[row])].text

    def _known(self, focus: str | None) -> str | None:
        """Return the focus where its guide is public still; of a policy answer its matter."""
        if focus is None:
            return None
        answer = self.library.policy_answers.answers.get(focus)
        meant = (focus,) if answer is None else answer.related_matters
        position, kinds = self.engine.position, self.engine.kinds
        return next((one for one in meant if one in position and kinds.guide[position[one]]), None)

    def _entry(self, code: str) -> Entry:
        row = self.engine.position.get(code)
        if row is None or not self.engine.entries[row].written:
            # By its form: what was withdrawn is in no list any more.
            is_matter = re.fullmatch(MATTER_CODE, code) is not None
            raise (MatterNotFoundError if is_matter else PolicyAnswerNotFoundError)(code)
        return self.engine.entries[row]


def _titles(decision: Decision, candidates: tuple[Candidate, ...]) -> str:
    if decision is not Decision.CLARIFY:
        return ""
    return "\n".join(f"{i}. {candidate.title}" for i, candidate in enumerate(candidates, start=1))
