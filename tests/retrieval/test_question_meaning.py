"""Open questions grouped by the real encoder."""

from datetime import date
from itertools import combinations

import numpy as np
import pytest

from foundation.clock import FixedClock
from foundation.database.session import Database
from knowledge_base.library import Library
from knowledge_base.questions import repository
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.grouping import nearest, signatures
from knowledge_base.questions.regrouping import QuestionGrouping
from knowledge_base.questions.schemas import NewQuestion, Wanted
from knowledge_base.questions.states import QuestionSource, QuestionState
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.question_meaning import QuestionMeaning

_TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def meaning(encoder: OnnxEncoder) -> QuestionMeaning:
    return QuestionMeaning(lambda: encoder)


def test_vectors_of_unrelated_questions_lie_around_nothing(
    meaning: QuestionMeaning, library: Library
) -> None:
    codes = list(library.matters)[::7]
    texts = [library.matters[code].sample_questions[0] for code in codes]

    vectors = meaning.vectors(texts)

    assert vectors is not None
    assert vectors.rows.dtype == np.float32
    assert np.linalg.norm(vectors.rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    cosines = [float(one @ other) for one, other in combinations(vectors.rows, 2)]
    assert abs(float(np.mean(cosines))) < 0.1


def test_same_meaning_in_other_words_joins_and_another_matter_does_not(
    meaning: QuestionMeaning,
) -> None:
    asked, again, other = signatures(
        ["天台上能不能养鸽子", "楼顶可以养信鸽吗", "二手房过户要交多少税"], meaning
    )

    assert nearest(again, [(1, asked), (2, other)]) == 1
    assert nearest(other, [(1, asked), (2, again)]) is None


def test_most_of_what_shipped_questions_are_grouped_with_is_of_their_category(
    meaning: QuestionMeaning, library: Library, sqlite_database: Database, clock: FixedClock
) -> None:
    asked = {
        text: one.category for one in library.matters.values() for text in one.sample_questions[:2]
    }
    feed, grouping = QuestionFeed(clock), QuestionGrouping(sqlite_database, meaning, clock)
    with sqlite_database.transaction() as session:
        for number, text in enumerate(asked):
            new = NewQuestion(f"turn:{number}", QuestionSource.NO_ANSWER, text, "web")
            assert feed.add(session, new)

    assert grouping.group_pending() == len(asked)

    pairs = right = 0
    with sqlite_database.reading() as session:
        groups = repository.page(
            session, Wanted(states=list(QuestionState)), _TODAY, limit=len(asked)
        )
        for group in groups:
            about = [asked[one.masked_text] for one in repository.asked_in(session, group.id)]
            pairs += len(list(combinations(about, 2)))
            right += sum(one == other for one, other in combinations(about, 2))
    assert len(groups) < len(asked)
    # 120 of 157 pairs; what crosses categories asks the same of two bodies (water or power meter).
    assert right / pairs > 0.65


def test_groups_made_of_words_alone_are_placed_once_the_encoder_is_there(
    meaning: QuestionMeaning, sqlite_database: Database, clock: FixedClock
) -> None:
    feed = QuestionFeed(clock)

    def ask(number: int, text: str, by: QuestionMeaning) -> None:
        with sqlite_database.transaction() as session:
            new = NewQuestion(f"turn:{number}", QuestionSource.NO_ANSWER, text, "web")
            assert feed.add(session, new)
        QuestionGrouping(sqlite_database, by, clock).group_pending()

    ask(1, "天台上能不能养鸽子", QuestionMeaning(lambda: None))
    ask(2, "楼顶可以养信鸽吗", meaning)

    with sqlite_database.reading() as session:
        (group,) = repository.page(session, Wanted(states=list(QuestionState)), _TODAY)
    assert group.times == 2
    assert group.encoder is not None
