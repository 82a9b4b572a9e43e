"""The facet reader: what it learned, from what, and what it says of wordings it was not shown."""

import json
from pathlib import Path

import pytest

from knowledge_base.loader import load_library
from knowledge_base.schema import FacetName
from retrieval.errors import FacetWeightsError
from retrieval.facets.reader import (
    WEIGHTS_FILE,
    load_facet_reader,
    sources_fingerprint,
)
from retrieval.facets.training import read_questions, read_wordings
from retrieval.understanding import understand
from retrieval.wording import load_wording
from tests.evaluation.near_copies import said

_HELD_OUT = 0.84  # share of labelled questions read right, five-fold by matter; words alone: 0.744


def test_weights_were_learned_from_the_shipped_questions_and_hold_their_floor() -> None:
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))

    assert content["sources"] == sources_fingerprint()
    assert content["figures"]["held_out_right"] >= _HELD_OUT
    assert content["figures"]["questions"] == len(read_questions())


def test_every_facet_has_wordings_and_no_wording_stands_for_two() -> None:
    wordings = read_wordings()
    texts = [text for found in wordings.values() for text in set(found)]

    assert set(wordings) == set(FacetName)
    assert min(map(len, wordings.values())) >= 30
    assert len(texts) == len(set(texts))


def test_labelled_questions_are_of_known_matters_and_stand_once() -> None:
    questions = read_questions()
    texts = [said(one.text) for one in questions]

    assert {one.group for one in questions} <= set(load_library().index)
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        # words that no list of words for a facet holds
        ("残疾证 费用", FacetName.FEE),
        ("护照 时间", FacetName.TIME_LIMIT),
        ("这个证好使几年", FacetName.VALIDITY),
        ("办残疾证几钿", FacetName.FEE),
        ("单拿户口本够不够", FacetName.MATERIALS),
        # a few words after an answer, in many voices
        ("地方发给我", FacetName.LOCATION),
        ("你们那位置在哪", FacetName.LOCATION),
        ("礼拜天有人上班不", FacetName.LOCATION),
        ("搁哪旮旯交", FacetName.LOCATION),
        ("押金要交多少", FacetName.FEE),
        ("年费收不收", FacetName.FEE),
        ("啥前儿能好", FacetName.TIME_LIMIT),
        ("要多少辰光", FacetName.TIME_LIMIT),
        ("钱几号能到", FacetName.TIME_LIMIT),
        ("管多少日子", FacetName.VALIDITY),
        ("管终身不", FacetName.VALIDITY),
        ("期限几年", FacetName.VALIDITY),
        ("能不能快递给我", FacetName.ONLINE),
        ("在屋里头能弄不", FacetName.ONLINE),
        ("链接给我一个", FacetName.ONLINE),
        ("户口簿带不带", FacetName.MATERIALS),
        ("要考试吗", FacetName.CONDITIONS),
        # as it sounds: pinyin, homophones
        ("canjizheng duoshao qian", FacetName.FEE),
        ("juzhuzheng xuyao dai shenme cailiao", FacetName.MATERIALS),
        ("残疾证要多少前", FacetName.FEE),
        # what is told beside a question asks for nothing
        ("前几天我去过派出所", None),
        ("残疾证", None),
        ("残疾证怎么办", FacetName.PROCESS),
    ],
)
def test_facet_is_read_from_wording_and_sound(text: str, facet: FacetName | None) -> None:
    assert understand(text, load_wording()).facet is facet


def test_damaged_weights_are_refused_with_the_command_that_makes_new_ones(tmp_path: Path) -> None:
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    content["constants"] = content["constants"][:-1]
    damaged = tmp_path / "weights.json"
    damaged.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(FacetWeightsError, match=r"retrieval\.facets\.training"):
        load_facet_reader(damaged)
