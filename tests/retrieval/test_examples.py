"""The example questions: whole, about known entries, apart from what is fitted and measured."""

from collections import Counter

from knowledge_base.loader import load_library
from retrieval.calibration.samples import read_questions
from retrieval.examples.reading import examples_fingerprint, shipped_examples
from retrieval.index.passages import (
    ELSEWHERE,
    PassageKind,
    build_entries,
    build_passages,
    is_elsewhere,
    neighbours,
)
from tests.evaluation.near_copies import NearCopies, said

LEAST_PER_MATTER = 12


def test_every_matter_and_policy_answer_has_examples() -> None:
    library, examples = load_library(), shipped_examples()

    known = {*library.index, *library.policy_answers.answers, ELSEWHERE}
    assert {code for code in examples if not code.startswith("elsewhere/")} == known
    assert min(len(examples[code]) for code in library.index) >= LEAST_PER_MATTER


def test_no_example_stands_twice() -> None:
    texts = Counter(said(text) for found in shipped_examples().values() for text in found)

    assert [text for text, times in texts.items() if times > 1] == []


def test_examples_do_not_repeat_the_calibration_questions() -> None:
    examples = NearCopies(text for found in shipped_examples().values() for text in found)

    copied = [found for one in read_questions() if (found := examples.of(one.text))]

    assert copied == []


def test_examples_are_searched_and_are_part_of_no_guide() -> None:
    library = load_library()
    passages = build_passages(library, build_entries(library))
    of_matter = [one for one in passages if one.code == "M0103"]

    found = {one.text for one in of_matter if one.kind is PassageKind.EXAMPLE}

    assert found == set(shipped_examples()["M0103"])
    guide = library.matter("M0103")
    assert found.isdisjoint({guide.title, *guide.aliases, *guide.sample_questions})


def test_fingerprint_is_the_same_each_time() -> None:
    assert examples_fingerprint() == examples_fingerprint()
    assert len(examples_fingerprint()) == 64


def test_neighbours_are_found_by_name_and_example_and_no_guide() -> None:
    library = load_library()
    entries = build_entries(library)
    passages = build_passages(library, entries)
    found = {entry.code: entry for entry in entries if entry.code in neighbours()}

    assert len(found) == len(neighbours()) > 100
    assert not any(entry.written for entry in found.values())
    assert all(is_elsewhere(code) for code in found)
    seeds = [one for one in passages if one.code == "elsewhere/种子生产经营许可"]
    assert [(one.kind, one.text) for one in seeds[:1]] == [
        (PassageKind.ELSEWHERE, "种子生产经营许可")
    ]
    assert {one.kind for one in seeds[1:]} == {PassageKind.EXAMPLE}


def test_no_neighbour_is_called_as_a_matter_is() -> None:
    library = load_library()
    called = {name for matter in library.index.values() for name in (matter.title, *matter.aliases)}

    assert called.isdisjoint(code.removeprefix("elsewhere/") for code in neighbours())
