import bm25s
import numpy as np

from retrieval.postings import Lists, Postings, Vocabulary

DOCUMENTS = [
    ["身份", "身份证", "补办", "补办"],
    ["护照", "补办"],
    [],
    ["身份证", "护照", "护照", "费用", "材料"],
]


def postings(documents: list[list[str]], vocabulary: Vocabulary | None = None) -> Postings:
    if vocabulary is None:
        vocabulary = Vocabulary()
    return Postings([vocabulary.counted(one) for one in documents], vocabulary)


def test_bm25_agrees_with_an_independent_implementation() -> None:
    asked = ["护照", "补办", "补办", "费用"]
    other = bm25s.BM25(k1=1.2, b=0.5)
    other.index(DOCUMENTS, show_progress=False)

    index = postings(DOCUMENTS)

    most = sum(index.weight(token) for token in set(asked))
    expected = other.get_scores(list(dict.fromkeys(asked))) / most
    np.testing.assert_allclose(index.bm25(asked), expected, rtol=1e-5)


def test_rows_and_weights_count_a_token_once_per_document() -> None:
    index = postings(DOCUMENTS)

    assert index.rows("补办").tolist() == [0, 1]
    assert index.rows("没有").tolist() == []
    expected = [sum(map(index.weight, set(document))) for document in DOCUMENTS]
    np.testing.assert_allclose(index.weights, expected, rtol=1e-5)


def test_token_of_an_earlier_library_only_is_as_rare_as_one_never_met() -> None:
    vocabulary = Vocabulary()
    before = postings(DOCUMENTS, vocabulary)

    after = postings(DOCUMENTS[:2], vocabulary)

    assert before.knows("费用")
    assert not after.knows("费用")
    assert after.weight("费用") == after.weight("没有") == after.rarest
    np.testing.assert_allclose(after.bm25(["护照"]), postings(DOCUMENTS[:2]).bm25(["护照"]))


def test_older_index_does_not_know_what_was_met_since() -> None:
    vocabulary = Vocabulary()
    before = postings(DOCUMENTS, vocabulary)
    postings([["新词"]], vocabulary)

    assert not before.knows("新词")
    assert before.bm25(["新词"]).tolist() == [0.0] * 4
    assert postings([]).bm25(["护照"]).tolist() == []


def test_owner_holds_a_token_once_however_many_of_its_documents_do() -> None:
    vocabulary = Vocabulary()
    names, clauses = postings(DOCUMENTS, vocabulary), postings([["护照", "条款"]], vocabulary)
    owners = np.array([0, 0, 1, 2])

    held = Lists.of_owners([(names.lists, owners), (clauses.lists, np.array([3]))], size=4)

    numbers = clauses.numbers(["补办", "护照", "条款"])
    weights = np.array([1.0, 10.0, 100.0])
    assert held.of(numbers).sums(weights, 4).tolist() == [11.0, 0.0, 10.0, 110.0]
