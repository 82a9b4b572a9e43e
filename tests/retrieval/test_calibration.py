from pathlib import Path

import numpy as np
import pytest

from retrieval.calibration.samples import QUESTIONS_FILE, Question, independent, read_questions
from retrieval.calibration.store import SHIPPED_FILE, read_calibration, write_calibration
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.wheel import sha256_of
from retrieval.errors import CalibrationError


def test_shipped_thresholds_belong_to_the_shipped_encoder(encoder: OnnxEncoder) -> None:
    read_calibration().check_encoder(encoder.fingerprint)


def test_shipped_thresholds_were_made_from_the_shipped_questions() -> None:
    assert read_calibration().questions == sha256_of(QUESTIONS_FILE)


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


def test_independent_leaves_out_what_stands_in_the_index() -> None:
    questions = [
        Question("身份证丢了怎么补办", ("M0103",)),
        Question("挤公交时身份证掉了", ("M0103",)),
    ]

    kept = independent(questions, ["身份证丢了怎么补办呢", "身份证掉了"])

    assert kept == questions[1:]


def test_held_out_quality_does_not_fall_below_what_was_reached() -> None:
    quality = read_calibration().quality["full"]

    assert quality["recall_at_1"] >= 0.95
    assert quality["recall_at_3"] >= 0.98
    assert quality["outside_refused"] >= 0.93
    assert np.isclose(
        quality["answered_right"]
        + quality["answered_wrong"]
        + quality["clarified"]
        + quality["refused"],
        1.0,
        atol=1e-3,
    )
