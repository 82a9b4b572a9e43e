"""Who wrote an example is told by where it stands; leaving a writer out rests on that."""

from collections import Counter

import pytest

from benchmarks.intent_voices import NEWEST, RUNS, WRITERS, _writers, examples
from bot.conversation.intents import Intent
from tests.evaluation.near_copies import read_yaml


def test_every_writer_wrote_examples_of_every_intent() -> None:
    found = Counter((each.intent, each.writer) for each in examples())

    assert set(read_yaml(RUNS)) == {intent.value for intent in Intent}
    assert set(found) == {(intent.value, writer) for intent in Intent for writer in WRITERS}


def test_known_examples_belong_to_who_wrote_them() -> None:
    writers = {each.text: each.writer for each in examples()}

    assert writers["我要投诉"] == "A"
    assert writers["我教了三十八年书，去年退的，工龄里头有六年民办，想给它接上算到退休里去"] == "F"
    assert writers["想做一个软件著作权登记"] == NEWEST


def test_runs_are_those_of_the_writers_and_the_rest_the_newest_ones() -> None:
    assert "".join(_writers([1, 2, 0, 1, 1, 1], 8)) == "ABBDEFGG"
    with pytest.raises(ValueError, match="counts 5 examples where 4 stand"):
        _writers([1, 2, 0, 1, 1, 0], 4)
