"""Characters that sound alike are put right by the pairs they make."""

import pytest

from retrieval.spelling import Spelling

_MET = {"补办": 9, "办理": 9, "怎么": 20, "么办": 9, "么换": 4, "身份": 9, "份证": 9, "费用": 5}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    letters = {letter for pair in _MET for letter in pair}
    counts = _MET | {letter: sum(letter in pair for pair in _MET) for letter in letters}
    return Spelling(lambda part: counts.get(part, 0), letters)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("补半", "补办"),  # ends the text: one neighbour tells
        ("怎么唤", "怎么换"),
        ("身分证", "身份证"),
        ("办你", "办理"),  # n and l, not told apart in many regions
        ("补办", "补办"),
        ("天气", "天气"),  # nothing that is met sounds like it
        ("hukou", "hukou"),
    ],
)
def test_corrected_takes_the_character_that_makes_usual_pairs(
    typed: str, meant: str, spelling: Spelling
) -> None:
    assert spelling.corrected(typed) == meant


def test_story_is_left_as_it_is(spelling: Spelling) -> None:
    story = "补半" + "，天气" * 20

    assert spelling.corrected(story) == story
