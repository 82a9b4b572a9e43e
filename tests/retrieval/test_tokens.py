from pathlib import Path

import pytest

from retrieval.tokens import Tokenizer
from retrieval.wording import load_wording

TERM = "灯牌占道证"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    made = Tokenizer(load_wording(), ["补证"], tmp_path_factory.mktemp("cache"))
    made.warm_up()
    return made


def test_copy_with_another_term_cuts_it_whole_and_leaves_the_first_as_it_was(
    tokenizer: Tokenizer,
) -> None:
    before = tokenizer.words(TERM)
    assert before != [TERM]

    other = tokenizer.with_terms(["补证", TERM])

    assert other.words(TERM) == [TERM]
    assert tokenizer.words(TERM) == before
    assert other.differing_terms(tokenizer) == {TERM}


def test_term_taken_out_again_is_cut_as_before(tokenizer: Tokenizer, tmp_path: Path) -> None:
    texts = [TERM, "补证要多久", "道证明"]
    never = Tokenizer(load_wording(), [], tmp_path)
    never.warm_up()

    again = tokenizer.with_terms(["补证", TERM]).with_terms([])

    assert [again.words(text) for text in texts] == [never.words(text) for text in texts]


def test_same_terms_need_no_copy(tokenizer: Tokenizer) -> None:
    assert tokenizer.with_terms(["补证", "证"]) is tokenizer  # single characters are no terms
