"""Leaving out what cannot be found changes nothing that is found."""

import re

import pytest

from routing.safety import load_screen, screen
from routing.safety.prefilter import Prefilter, needs
from scripts.train_second_look import voices

SCREEN = load_screen()
TRIGGERS = [trigger for alert in SCREEN._alerts for trigger in alert.triggers]
PLAIN = [SCREEN.plain(voice.text) for voice in voices()]


def test_no_pattern_that_a_voice_matches_is_left_out() -> None:
    prefilter = Prefilter([trigger.pattern for trigger in TRIGGERS])
    matched = left_out = 0
    for plain in PLAIN:
        for trigger, possible in zip(TRIGGERS, prefilter.possible(plain), strict=True):
            if not possible:
                left_out += 1
                assert trigger.search(plain) is None, (trigger.pattern, plain)
            else:
                matched += trigger.search(plain) is not None

    # most are left out, and many of those that are not do match
    assert left_out > 0.8 * len(PLAIN) * len(TRIGGERS)
    assert matched > len(PLAIN) / 2


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("着火", [{"着火"}]),
        ("(着|起)火.{0,6}(楼|房)", [{"着", "起"}, {"火"}, {"楼", "房"}]),
        ("(煤气|燃气)?漏了", [{"漏了"}]),
        ("(?<!打)火(?!锅)", [{"火"}]),
        ("(昏迷|.{2}倒)了", [{"昏迷", "倒"}, {"了"}]),
        ("(昏迷|.{2})了", [{"了"}]),
        ("[^火]灾", [{"灾"}]),
        (r"\d+楼", [{"楼"}]),
        ("(?i)ktv", []),
        ("(?i:ktv)起火", [{"起火"}]),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, expected: list[set[str]]) -> None:
    assert [set(group) for group in needs(pattern)] == expected


def test_a_pattern_that_needs_nothing_is_always_tried() -> None:
    prefilter = Prefilter([".{3}", "着火"])

    assert prefilter.possible("平安") == [True, False]
    assert prefilter.possible("着火") == [True, True]


def test_words_that_lie_within_one_another_are_all_seen() -> None:
    prefilter = Prefilter(["燃气", "燃气灶", "气"])

    assert prefilter.possible("燃气灶") == [True, True, True]
    assert re.search("气", "燃气灶")


def test_screen_of_nothing_tries_nothing() -> None:
    assert not any(Prefilter([trigger.pattern for trigger in TRIGGERS]).possible(""))
    assert screen("") is None
