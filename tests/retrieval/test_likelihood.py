import numpy as np
import pytest

from retrieval.index.passages import Entry, Passage, PassageKind
from retrieval.likelihood import LikelihoodIndex

ENTRIES = (
    Entry("M1", "身份证丢失补领", written=True),
    Entry("M2", "护照补发", written=True),
    Entry("M3", "户口簿补发", written=True),
    Entry("P1/article1", "某办法第一条", written=True),
)
PASSAGES = (
    Passage("M1", PassageKind.TITLE, "身份证丢失补领"),
    Passage("M1", PassageKind.EXAMPLE, "钱包被偷了，里面的身份证咋个补"),
    Passage("M1", PassageKind.EXAMPLE, "我想问一下身份证掉了怎么办"),
    Passage("M2", PassageKind.TITLE, "护照补发"),
    Passage("M3", PassageKind.TITLE, "户口簿补发"),
    Passage("P1/article1", PassageKind.CLAUSE, "身份证由公安机关签发"),
)


@pytest.fixture(scope="module")
def index() -> LikelihoodIndex:
    return LikelihoodIndex(ENTRIES, PASSAGES)


def test_likeliest_entry_has_nought_and_others_less(index: LikelihoodIndex) -> None:
    scores = index.scores(["身份证被偷了"])

    assert scores[0] == 0.0
    assert (scores[1:] < 0.0).all()
    assert (scores >= -1.0).all()


def test_an_example_draws_a_question_without_the_entrys_own_words(index: LikelihoodIndex) -> None:
    assert index.scores(["钱包被偷了咋个办"]).argmax() == 0


def test_entry_with_one_name_stands_against_one_with_many_examples(index: LikelihoodIndex) -> None:
    assert index.scores(["我想问一下户口簿怎么补"]).argmax() == 2


def test_clauses_take_no_part(index: LikelihoodIndex) -> None:
    assert index.scores(["身份证由公安机关签发"])[3] == -1.0


def test_readings_count_together(index: LikelihoodIndex) -> None:
    assert index.scores(["hukoubo buban", "户口簿补办"]).argmax() == 2


@pytest.mark.parametrize("readings", [[], [""], ["齉"]])
def test_nothing_known_was_said(index: LikelihoodIndex, readings: list[str]) -> None:
    assert (index.scores(readings) == -1.0).all()


def test_case_and_traditional_characters_make_no_difference(index: LikelihoodIndex) -> None:
    np.testing.assert_array_equal(index.scores(["護照補發"]), index.scores(["护照补发"]))


def test_renewed_index_counts_only_what_changed() -> None:
    before = LikelihoodIndex(ENTRIES, PASSAGES)
    changed = (*PASSAGES, Passage("M2", PassageKind.ALIAS, "通行证丢了"))

    after = LikelihoodIndex(ENTRIES, changed, before)

    assert after.counts["M1"] is before.counts["M1"]
    assert after.counts["M2"] is not before.counts["M2"]
    fresh = LikelihoodIndex(ENTRIES, changed)
    np.testing.assert_allclose(
        after.scores(["通行证丢了怎么办"]), fresh.scores(["通行证丢了怎么办"]), rtol=1e-5
    )
    # words that only a later library has change nothing for the one still in use
    np.testing.assert_array_equal(
        before.scores(["通行证护照"]), LikelihoodIndex(ENTRIES, PASSAGES).scores(["通行证护照"])
    )


def test_library_without_names_gives_nothing() -> None:
    assert LikelihoodIndex((), ()).scores(["身份证"]).shape == (0,)
