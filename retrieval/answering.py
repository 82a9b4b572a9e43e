"""Questions answered from one library and the indexes over it: one snapshot, never changed."""

import time
from collections.abc import Callable
from dataclasses import replace

from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.rendering import facet_text
from knowledge_base.schema import FacetName, Matter, Visibility
from retrieval.answers import cite, compose_text
from retrieval.calibration.store import Calibration, Model
from retrieval.decision import Ranking, choices, confidence, decide, rank
from retrieval.fusion import Evidence, fuse
from retrieval.schemas import Answer, Candidate, Decision, Understanding
from retrieval.search import SearchEngine
from retrieval.understanding import understand

# A follow-up names no matter, so that the one in focus is meant all but surely.
FOCUS_CONFIDENCE = 0.95
# A short question with this share of its words in the guide in focus is about that guide.
_FOCUS_COVERAGE = 0.5
_SHORT = 15  # characters
# An operator can judge a weak suggestion; a citizen should not have to.
_SUGGEST_SHARE = 0.5


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
            focus: code of the matter spoken of before; a question that names none is about it.
        """
        started = time.perf_counter()
        answer = self._ask(understand(text, self.engine.wording), self._known(focus))
        return replace(answer, elapsed_ms=(time.perf_counter() - started) * 1000)

    def compose(self, code: str, facet: FacetName | None = None) -> Answer:
        """Return the answer for a known matter; without a facet, how it is done.

        Raises:
            MatterNotFoundError: there is no guide with this code.
        """
        title = self.matter(code).title
        candidate = Candidate(code, title, 1.0, matched=title)
        understanding = Understanding(text="", core="", facet=facet)
        return self._answer(understanding, (candidate,), 1.0)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return up to ``limit`` guides for an operator, each with the passage that led to it."""
        understanding = understand(text, self.engine.wording)
        evidence, ranking, model = self._rank(understanding)
        if confidence(ranking, model) < model.clarify_from * _SUGGEST_SHARE:
            return ()
        return self._candidates(evidence, ranking)[:limit]

    def _ask(self, understanding: Understanding, focus: str | None) -> Answer:
        if focus is not None and (
            understanding.follow_up or self._asks_of_its_words(understanding, focus)
        ):
            return self._from_focus(replace(understanding, follow_up=True), focus)
        evidence, ranking, model = self._rank(understanding)
        probability = confidence(ranking, model)
        decision = decide(probability, ranking, model)
        if understanding.follow_up:
            # It names no matter and none is in focus: whoever asks must say which is meant.
            return Answer(understanding, Decision.NO_ANSWER, (), 0.0)
        if focus is not None and decision is not Decision.ANSWER:
            chosen = {self.engine.entries[row].code for row in choices(ranking, model)}
            offered = decision is Decision.CLARIFY and focus in chosen
            if understanding.facet and (offered or self._is_about(understanding, evidence, focus)):
                return self._from_focus(replace(understanding, follow_up=True), focus)
        candidates = self._candidates(evidence, ranking)
        if decision is Decision.ANSWER:
            return self._answer(understanding, candidates, probability)
        if decision is Decision.CLARIFY:
            candidates = candidates[: choices(ranking, model).size]
        return Answer(
            understanding, decision, candidates, probability, text=_titles(decision, candidates)
        )

    def _rank(self, understanding: Understanding) -> tuple[Evidence, Ranking, Model]:
        calibration = self._calibration()
        evidence = self.engine.search(understanding)
        # the encoder may have joined between two questions: evidence says which model it needs
        model = calibration.lexical if evidence.dense is None else calibration.full
        return evidence, rank(evidence, fuse(evidence, model.ranking), self.engine.entries), model

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
        matter = self.matter(candidates[0].code)
        facet = understanding.facet or FacetName.PROCESS
        return Answer(
            understanding,
            Decision.ANSWER,
            candidates,
            probability,
            matter=matter.code,
            facet=facet,
            text=compose_text(matter, facet, self.library),
            sources=(cite(matter, facet),),
        )

    def _candidates(self, evidence: Evidence, ranking: Ranking) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                code=self.engine.entries[row].code,
                title=self.engine.entries[row].title,
                score=round(float(score), 4),
                matched=self._matched(evidence, int(row)),
            )
            for row, score in zip(ranking.rows, ranking.scores, strict=True)
        )

    def _matched(self, evidence: Evidence, row: int) -> str:
        best = -1 if evidence.dense is None else int(evidence.dense.best[row])
        return self.engine.passages[best if best >= 0 else int(evidence.lexical.best[row])].text

    def _known(self, focus: str | None) -> str | None:
        """Return the focus where its guide is public still."""
        row = self.engine.position.get(focus) if focus is not None else None
        return focus if row is not None and self.engine.entries[row].written else None


def _titles(decision: Decision, candidates: tuple[Candidate, ...]) -> str:
    if decision is not Decision.CLARIFY:
        return ""
    return "\n".join(f"{i}. {candidate.title}" for i, candidate in enumerate(candidates, start=1))
