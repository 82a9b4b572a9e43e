"""Learning which matter a follow-up means: what is learnt from, and that it is learnt."""

import numpy as np
import pytest

from scripts.train_following import (
    Labelled,
    Weighable,
    fitted,
    left_out,
    right_of,
    turns_of,
)
from tests.bot.dialogues.script import Dialogue

_FIRST, _SECOND = "M0103", "M0104"


def weighable(file: str, *features: float, right: int) -> Weighable:
    return Weighable(file, np.array([[one] for one in features]), np.eye(len(features))[right])


def test_turns_are_those_after_a_matter_and_outside_an_appeal() -> None:
    dialogue = Dialogue.model_validate(
        {
            "name": "file/one",
            "turns": [
                {"say": "身份证丢了", "matter": _FIRST},
                {"say": "多少钱", "matter": _FIRST},
                {"say": "临时的呢", "matter": _SECOND},
                {"say": "谢谢", "act": "thanks"},
                {"say": "路灯坏了", "act": "appeal", "draft": {"where": None}},
                {"say": "文渊路", "act": "appeal"},
            ],
        }
    )

    assert list(turns_of(dialogue)) == [
        Labelled("file", "多少钱", _FIRST, (), (_FIRST,)),
        Labelled("file", "临时的呢", _FIRST, (), (_SECOND,)),
        Labelled("file", "谢谢", _SECOND, (_FIRST,), ()),
        Labelled("file", "路灯坏了", _SECOND, (_FIRST,), ()),
    ]


def test_fitted_weights_make_the_right_candidates_likeliest() -> None:
    turns = [weighable("a", 1.0, 0.0, right=0), weighable("a", 0.0, 2.0, 1.0, right=1)]

    (weight,) = fitted(turns)

    assert weight > 0
    assert right_of(turns, np.array([weight])) == len(turns)


def test_fitted_weight_is_where_the_slope_is_nothing() -> None:
    (weight,) = fitted([weighable("a", 1.0, 0.0, right=0)])

    # Candidates 1 and 0 deviate by 0.5; w is the weight of the scaled feature (2 and 0). The slope
    # of log(1 + e^-2w) + w^2 is 2w - 2 / (1 + e^2w), worked out apart.
    scaled = weight / 2
    assert 2 * scaled == pytest.approx(2 / (1 + np.exp(2 * scaled)), abs=1e-3)


def test_left_out_files_are_judged_by_what_the_others_taught() -> None:
    turns = [
        weighable("a", 1.0, 0.0, right=0),
        weighable("b", 1.0, 0.0, right=0),
        weighable("b", 0.0, 1.0, right=0),  # against what "a" teaches
    ]

    assert left_out(turns)["b"] == (1, 2)
