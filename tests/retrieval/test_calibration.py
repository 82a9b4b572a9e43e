from pathlib import Path

import numpy as np
import pytest

from foundation.settings import Settings
from knowledge_base.library import Library
from retrieval.calibration.samples import (
    FURTHER_FILE,
    Question,
    independent,
    questions_fingerprint,
    read_questions,
    read_spoken_questions,
    search_all,
)
from retrieval.calibration.store import SHIPPED_FILE, read_calibration, write_calibration
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.progress import silent
from retrieval.errors import CalibrationError
from retrieval.search import SearchEngine


def test_shipped_thresholds_belong_to_the_shipped_encoder(encoder: OnnxEncoder) -> None:
    read_calibration().check_encoder(encoder.fingerprint)


def test_shipped_thresholds_were_made_from_the_shipped_questions() -> None:
    assert read_calibration().questions == questions_fingerprint()


def test_calibration_survives_writing_and_reading(tmp_path: Path) -> None:
    write_calibration(read_calibration(), tmp_path / "calibration.json")

    assert (tmp_path / "calibration.json").read_bytes() == SHIPPED_FILE.read_bytes()


def test_read_calibration_refuses_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text('{"full": {}}', encoding="utf-8")

    with pytest.raises(CalibrationError, match="hotline encoder calibrate"):
        read_calibration(tmp_path / "calibration.json")


def test_calibration_set_is_large_enough_and_asks_nothing_twice() -> None:
    questions = read_questions()
    outside = [question for question in questions if not question.codes]

    assert len(questions) - len(outside) >= 150
    assert len(outside) >= 80
    assert len({question.text for question in questions}) == len(questions)


def test_spoken_questions_are_long_and_many_and_reach_most_matters(library: Library) -> None:
    questions = read_spoken_questions()
    named = {code for question in questions for code in question.codes}

    assert len([one for one in questions if one.codes]) >= 520
    assert len([one for one in questions if not one.codes]) >= 120
    assert len([one for one in questions if len(one.text) >= 60]) >= 110
    assert len(named) >= 220
    assert named <= set(library.matters)


def test_further_questions_reach_all_but_a_few_matters_and_many_stand_outside(
    library: Library,
) -> None:
    questions = read_spoken_questions(FURTHER_FILE)
    named = {code for question in questions for code in (*question.codes, *question.also)}

    assert len([one for one in questions if one.codes]) >= 350
    assert len([one for one in questions if not one.codes]) >= 250
    assert len(named) >= 255
    assert named <= set(library.matters)


def test_spoken_question_is_answered_by_any_guide_that_fits(tmp_path: Path) -> None:
    path = tmp_path / "spoken.yml"
    path.write_text(
        """questions:
  - {text: 社保自己交, style: voice, codes: [M0402, M1113]}
  - {text: 证和卡都丢了, style: two, codes: [M0103, M0415], all_of: [M0103, M0415]}
outside:
  - {text: 天气好吗, style: plain}
""",
        encoding="utf-8",
    )

    assert read_spoken_questions(path) == [
        Question("社保自己交", ("M0402",), ("M1113",)),
        Question("证和卡都丢了", ("M0103",), ("M0415",)),
        Question("天气好吗", ()),
    ]


def test_any_of_several_fitting_guides_is_a_right_answer(
    small_library: Library, settings: Settings
) -> None:
    engine = SearchEngine(small_library, settings)
    engine.warm_up_lexical()
    codes = ("M0102", "M0103")
    questions = [Question("身份证换新的", codes[:1], codes[1:]), Question("身份证换新的", codes)]

    fitting, ambiguous = search_all(engine, questions, silent)

    assert (fitting.answerable, fitting.ambiguous) == (True, False)
    assert (ambiguous.answerable, ambiguous.ambiguous) == (False, True)
    assert len(fitting.targets) == 2


def test_independent_leaves_out_what_stands_in_the_index() -> None:
    questions = [
        Question("身份证丢了怎么补办", ("M0103",)),
        Question("挤公交时身份证掉了", ("M0103",)),
    ]

    kept = independent(questions, ["身份证丢了怎么补办呢", "身份证掉了"])

    assert kept == questions[1:]


def test_words_alone_refuse_no_more_than_was_reached() -> None:
    quality = read_calibration().quality["lexical"]

    assert quality["refused"] <= 0.15
    assert quality["outside_refused"] >= 0.91
    assert quality["answered_wrong"] <= 0.025


def test_held_out_quality_does_not_fall_below_what_was_reached() -> None:
    quality = read_calibration().quality["full"]

    assert quality["recall_at_1"] >= 0.94
    assert quality["recall_at_3"] >= 0.99
    assert quality["outside_refused"] >= 0.95
    assert quality["answered_wrong"] <= 0.025
    assert quality["refused"] <= 0.035
    assert quality["policy_answered_right"] >= 0.69
    assert quality["policy_answered_wrong"] <= 0.15
    assert np.isclose(
        quality["answered_right"]
        + quality["answered_wrong"]
        + quality["clarified"]
        + quality["refused"],
        1.0,
        atol=1e-3,
    )
