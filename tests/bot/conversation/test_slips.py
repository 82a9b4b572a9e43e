"""Words that name an act, written with slips of the keys."""

import pytest

from bot.conversation.slips import put_right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("我要头诉小区物业", "我要投诉小区物业"),
        ("投述", "投诉"),
        ("tou诉路灯不亮", "投诉路灯不亮"),
        ("举暴有人卖假烟", "举报有人卖假烟"),
        ("转人公", "转人工"),
        ("反印一下路灯的问题", "反映一下路灯的问题"),
    ],
)
def test_slip_in_a_word_that_names_an_act_is_put_right(text: str, right: str) -> None:
    assert put_right(text) == right


@pytest.mark.parametrize(
    "text", ["今晚投宿哪家旅馆", "据报有人落水", "偷税漏税", "投速递柜里了", "反应很慢"]
)
def test_words_that_only_sound_alike_stay(text: str) -> None:
    assert put_right(text) == text
