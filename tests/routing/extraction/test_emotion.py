"""How upset a citizen sounds, and the words that led to it."""

import pytest

from foundation.errors import ConfigurationError
from routing.extraction.emotion import load_emotion, read_emotion
from routing.schemas import Emotion

_SMALL = """
outbursts: {any: [气死], unless: [笑]}
words: {2.0: [气愤]}
intensifiers: "很"
diminishers: "有点"
negations: "不"
"""


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("气死我了", Emotion.VERY_UPSET),
        ("到底管不管", Emotion.VERY_UPSET),
        ("打了十几次电话都没人管", Emotion.VERY_UPSET),
        ("非常气愤，太过分了", Emotion.VERY_UPSET),
        ("物业态度恶劣，实在气人", Emotion.UPSET),
        ("物业态度恶劣", Emotion.UPSET),
        ("停水两天了", Emotion.CALM),
        ("有点烦人", Emotion.CALM),
        ("笑死我了气死我了", Emotion.CALM),
        ("我不是很生气，就是想问问", Emotion.CALM),
        ("并没有什么不满", Emotion.CALM),
        ("孩子不满六岁能上学吗", Emotion.CALM),
    ],
)
def test_emotion_is_read_from_words(text: str, level: Emotion) -> None:
    assert read_emotion(text).level is level


def test_words_that_led_to_it_are_named_in_order() -> None:
    reading = read_emotion("物业态度恶劣，楼下的人也实在太过分，我非常气愤")

    assert reading.words == ("态度恶劣", "实在太过分", "非常气愤")


def test_intensifier_counts_more_and_diminisher_less() -> None:
    lexicon = load_emotion(_SMALL.replace("2.0", "1.0"))
    levels = [lexicon.read(text).level for text in ("气愤", "有点气愤", "很气愤，很气愤，很气愤")]

    assert levels == [Emotion.UPSET, Emotion.CALM, Emotion.VERY_UPSET]


@pytest.mark.parametrize("broken", ["words: [", "words: {}", _SMALL.replace("气愤", "(气愤")])
def test_data_that_cannot_be_read_is_named(broken: str) -> None:
    with pytest.raises(ConfigurationError, match="emotion"):
        load_emotion(broken)
