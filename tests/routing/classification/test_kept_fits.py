import logging
from pathlib import Path

import numpy as np
import pytest

from routing.classification import kept_fits
from routing.classification.kept_fits import kept_fit, packed, unpacked
from routing.classification.kind_words import WordReading
from routing.classification.lexical import LexicalIndex
from routing.classification.likelihood import LikelihoodIndex
from routing.proposals.body_reading import BodyReading
from routing.proposals.read_appeals import ReadAppeals

TEXTS = ["路灯不亮\n路灯坏了", "井盖丢了", "狗叫得睡不着", "路灯和井盖都坏了"]
CLASSES = np.array([0, 1, 2, 0])


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_fits, "_known", type(kept_fits._known)())  # a new process


def _fit() -> WordReading:
    return WordReading.fitted(TEXTS, CLASSES, 3)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_packed_words_come_back() -> None:
    words = ["一\n行", "b", "ç"]

    assert (unpacked(packed(words)), unpacked(packed([]))) == (words, [])


def test_fit_is_taken_from_memory_then_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = kept_fit(tmp_path, WordReading, TEXTS, _fit)

    def fail() -> WordReading:
        raise AssertionError

    assert kept_fit(tmp_path, WordReading, TEXTS, fail) is made
    kept_fits._known.clear()  # the next process
    again = kept_fit(tmp_path, WordReading, TEXTS, fail)
    assert again is not made
    np.testing.assert_array_equal(again.scores("路灯不亮"), made.scores("路灯不亮"))


def test_other_texts_other_borders_and_other_classes_are_other_fits(tmp_path: Path) -> None:
    joined = kept_fit(tmp_path, WordReading, ["ab", "c"], _fit)

    assert kept_fit(tmp_path, WordReading, ["a", "bc"], _fit) is not joined
    index = kept_fit(tmp_path, LexicalIndex, ["ab", "c"], lambda: LexicalIndex.of([TEXTS]))
    assert isinstance(index, LexicalIndex)


def test_changed_code_makes_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept_fit(tmp_path, WordReading, TEXTS, _fit)

    monkeypatch.setattr(kept_fits, "_code_digest", lambda: b"other sources")

    assert kept_fit(tmp_path, WordReading, TEXTS, _fit) is not before
    assert len(_files(tmp_path)) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"text"])
def test_damaged_file_is_made_anew(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    made = kept_fit(tmp_path, WordReading, TEXTS, _fit)
    kept_fits._known.clear()  # the next process
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)

    with caplog.at_level(logging.WARNING):
        again = kept_fit(tmp_path, WordReading, TEXTS, _fit)

    np.testing.assert_array_equal(again.scores("井盖"), made.scores("井盖"))
    assert [record.message for record in caplog.records] == [
        f"what was derived from the examples is damaged, made anew: {path.name}"
    ]
    assert len(path.read_bytes()) > len(damage)


def test_old_files_go(tmp_path: Path) -> None:
    for number in range(12):
        kept_fit(tmp_path, WordReading, [str(number)], _fit)

    assert len(_files(tmp_path)) == 4


def test_folder_that_cannot_be_written_costs_no_start(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")

    made = kept_fit(tmp_path / "cache", WordReading, TEXTS, _fit)

    assert made.scores("路灯不亮").argmax() == 0


def test_every_index_scores_the_same_when_taken_up_again() -> None:
    bodies = ["CG", "CG", "GA", "CG"]
    vectors = np.random.default_rng(5).normal(size=(4, 3)).astype(np.float32)
    lexical, likelihood = LexicalIndex.of([TEXTS[:2], TEXTS[2:]]), LikelihoodIndex.of([TEXTS, []])
    reading = BodyReading.of(TEXTS, bodies, vectors)

    text = "小区的路灯坏了"
    np.testing.assert_array_equal(LexicalIndex(lexical.arrays()).scores(text), lexical.scores(text))
    np.testing.assert_array_equal(
        LikelihoodIndex(likelihood.arrays()).scores(text), likelihood.scores(text)
    )
    again = BodyReading(reading.arrays())
    assert again.bodies == ("CG", "GA")
    np.testing.assert_array_equal(again.scores(text, vectors[0]), reading.scores(text, vectors[0]))


def test_read_appeals_come_back_without_a_district_too() -> None:
    read = ReadAppeals(("小区的灯不亮", ""), ("盘江区", None))

    assert ReadAppeals.restored(read.arrays()) == read
