"""What is known by name and answered by no guide: it draws its questions, and is never shown."""

from foundation.settings import Settings
from knowledge_base.library import Library
from retrieval.calibration.store import read_calibration
from retrieval.decision import Ranking, belonging, rank
from retrieval.fusion import fuse
from retrieval.index.passages import ELSEWHERE, neighbours
from retrieval.search import SearchEngine


def ranked(engine: SearchEngine, text: str) -> Ranking:
    evidence = engine.search(engine.understand(text))
    return rank(evidence, fuse(evidence, read_calibration().lexical.ranking), engine.kinds)


def test_every_neighbour_is_elsewhere_and_none_is_a_guide(
    small_library: Library, settings: Settings
) -> None:
    engine = SearchEngine(small_library, settings)
    rows = [engine.position[code] for code in neighbours()]

    assert engine.kinds.neighbour.sum() == len(rows) > 100
    assert engine.kinds.neighbour[rows].all()
    assert engine.kinds.elsewhere.sum() == len(rows) + 1
    assert not engine.kinds.neighbour[engine.position[ELSEWHERE]]
    assert not engine.kinds.guide[engine.kinds.elsewhere].any()


def test_question_about_a_neighbour_belongs_less_than_one_about_a_guide(
    small_library: Library, settings: Settings
) -> None:
    engine = SearchEngine(small_library, settings)
    engine.warm_up_lexical()
    ours, theirs = ranked(engine, "身份证丢了怎么补"), ranked(engine, "典当行的经营许可找谁要")

    assert ours.features["neighbour"] > 0 > theirs.features["neighbour"]
    assert ours.features["neighbour_near"] <= 5.0
    assert theirs.features["neighbour_near"] == theirs.features["neighbour"]
    model = read_calibration().lexical
    assert belonging(ours, model) > model.clarify_from > belonging(theirs, model)


def test_what_is_named_as_another_citys_is_seen(small_library: Library, settings: Settings) -> None:
    engine = SearchEngine(small_library, settings)
    engine.warm_up_lexical()

    here, there = ranked(engine, "身份证丢了怎么补"), ranked(engine, "成都的身份证丢了怎么补")

    assert (here.features["not_there"], there.features["not_there"]) == (1.0, 0.0)
