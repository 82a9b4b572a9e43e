"""Two guides that one message asks for: 「身份证和社保卡都丢了，分别怎么补」."""

from dataclasses import replace

from retrieval.calibration.store import Model
from retrieval.fusion import Evidence, without
from retrieval.judging import Judgement, judge
from retrieval.schemas import Decision, Understanding
from retrieval.search import SearchEngine
from retrieval.several import is_second_meant, may_ask_for_two, questions_of, things_of

_TWO = 2


def both_meant(
    engine: SearchEngine,
    understanding: Understanding,
    evidence: Evidence,
    judged: Judgement,
    model: Model,
) -> tuple[tuple[int, Understanding], ...]:
    """Return the positions of both entries in the order of asking, each with what is asked of it.

    None where the message asks for one. The second is judged by the evidence that is left without
    the first: nothing is encoded again.
    """
    residue = engine.wording.residue
    rows = [int(row) for row in judged.guides.rows[:_TWO]]
    unsure = judged.decision is Decision.NO_ANSWER or len(rows) < _TWO
    if unsure or not may_ask_for_two(understanding.text, residue):
        return ()
    alone = judge(without(evidence, rows[0]), engine.kinds, model).guide_probability
    things = things_of(understanding.text, residue)
    leads = [engine.lead(thing, *rows) for thing in things]
    if not is_second_meant(alone, leads):
        return ()
    if leads and leads.index(min(leads)) < leads.index(max(leads)):
        rows.reverse()
    return tuple((row, _asked_of(engine, understanding, rows, row)) for row in rows)


def _asked_of(
    engine: SearchEngine, whole: Understanding, rows: list[int], row: int
) -> Understanding:
    """Return the reading of the question that speaks most of one entry, and least of the other."""
    (other,) = (one for one in rows if one != row)
    asking = questions_of(whole.text)
    if len(asking) < _TWO:
        return whole
    said = engine.understand(max(asking, key=lambda text: engine.lead(text, row, other)))
    return replace(whole, core=said.core, facet=said.facet or whole.facet)
